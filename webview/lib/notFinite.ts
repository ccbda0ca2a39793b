/**
 * The editor hands messages to a page as JSON, which has neither NaN nor infinity and writes null for
 * them. Nothing that a panel is told is null by its contract, so a null inside a message was a number
 * that is not finite. Typed buffers cross as they are and are not touched.
 */

/** The message with NaN for every null inside it, changed in place; it belongs to whoever received it. */
export function withNotFinite(message: unknown): unknown {
  if (isHolder(message)) {
    for (const name of Object.keys(message)) {
      if (message[name] === null) message[name] = NaN;
      else withNotFinite(message[name]);
    }
  }
  return message;
}

/** Arrays and plain objects. */
const isHolder = (value: unknown): value is Record<string, unknown> =>
  Array.isArray(value) ||
  (typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype);
