/** A request that cannot be met, in words for the person who made it. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}
