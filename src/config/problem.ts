/** Where a person can look: a file, and in it a line and column, both counted from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * Something that the person can mend: a wrong config, a missing file, a NaN in a table.
 * `message` says what is wrong and where, `advice` what to do. Every other Error is a bug of ours.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Travels through every `Channel`, so that the far side can rebuild the error. */
  readonly details: { readonly code: string; readonly place?: Place; readonly advice?: string };

  constructor(code: string, message: string, more: { place?: Place; advice?: string } = {}) {
    super(message);
    this.details = { code, ...more };
  }
}

/** One mistake in a config's text, at `[offset, offset + length)` in UTF-16 units. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly message: string;
  /** Path of keys and indices from the root, for example `["model", "layers", 0, "hidden"]`. */
  readonly path: readonly (string | number)[];
  readonly offset: number;
  readonly length: number;
  /** A key or value that would be right here, offered as a quick fix. */
  readonly suggestion?: string;
}
