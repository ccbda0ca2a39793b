/** The only error that the expression language throws: what is wrong, and at which characters. */

export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  /** In UTF-16 units from the start of the expression. */
  readonly from: number;
  readonly to: number;
  /** It means something, but has no value at this step: no loss is taken there, nothing is before it. */
  readonly isAbsence: boolean;

  constructor(
    message: string,
    range: { readonly from: number; readonly to: number },
    isAbsence = false,
  ) {
    super(message);
    this.from = range.from;
    this.to = Math.max(range.to, range.from);
    this.isAbsence = isAbsence;
  }
}

/** The expression with its mistake underlined, for the debug console. */
export function underline(text: string, { message, from, to }: ExpressionError): string {
  const start = text.lastIndexOf("\n", Math.max(0, from - 1)) + 1;
  const after = text.indexOf("\n", start);
  const line = text.slice(start, after < 0 ? text.length : after);
  const length = Math.max(1, Math.min(to, start + line.length) - from);
  return `${message}\n  ${line}\n  ${" ".repeat(from - start)}${"~".repeat(length)}`;
}
