/** The bytes of a file are not what its format says. The person can mend it: a `UserError` in kind. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** The same record as a `UserError` carries, so that every boundary treats both alike. */
  readonly details: { readonly code: string; readonly advice?: string };

  constructor(format: string, message: string, advice?: string) {
    super(`Not a valid ${format} file: ${message}`);
    this.details = advice === undefined ? { code: "format" } : { code: "format", advice };
  }
}
