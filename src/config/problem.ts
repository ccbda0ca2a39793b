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
  readonly details: {
    readonly code: string;
    readonly place?: Place;
    readonly advice?: string;
    /** The key of the config that leads there, for example `["data", "path"]`. */
    readonly path?: readonly (string | number)[];
  };

  constructor(
    code: string,
    message: string,
    more: { place?: Place; advice?: string; path?: readonly (string | number)[] } = {},
  ) {
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
  /** The JSON that would be right at exactly this range, quotes included; offered as a quick fix. */
  readonly suggestion?: string;
  /**
   * `syntax`: not JSON. `schema`: not what the schema allows. `meaning`: allowed, but it cannot work or
   * does not do what it seems to. Absent for problems that were found in the data.
   */
  readonly source?: "syntax" | "schema" | "meaning";
}
