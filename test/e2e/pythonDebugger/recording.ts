/** What debugpy said while it was paused in `program.py`: answers to requests, by what was asked. */
export interface Recording {
  /** Versions of what answered. */
  readonly madeBy: string;
  readonly threads: object;
  readonly stackTrace: object;
  readonly scopes: { readonly scopes: readonly { readonly variablesReference: number }[] };
  /** By reference. */
  readonly variables: Readonly<Record<string, object>>;
  /** By expression. */
  readonly evaluate: Readonly<Record<string, string>>;
  /** The numbers of every tensor of the module, by another way: what must have been fetched. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
}

/** The line of `program.py` at which it pauses. */
export const pausedLine = 22;

export const moduleName = "tagger";
export const inputName = "x";
