/**
 * The part of papaparse that the data folder uses. The package's own types need the DOM and Node, which
 * the pure folders compile without.
 */
interface StepResult {
  /** One row. */
  readonly data: readonly string[][];
  readonly errors: readonly { readonly code: string; readonly index?: number }[];
  /** `cursor` is the offset at which the row ends, its line break included. */
  readonly meta: { readonly cursor: number };
}

interface Options {
  readonly delimiter: string;
  readonly newline: "\n";
  readonly step: (result: StepResult) => void;
}

declare const papaparse: {
  /** What `parse` drives: a row that `text` cuts off at its end may be left alone. */
  readonly Parser: new (options: Options) => {
    parse(text: string, baseIndex: number, ignoreLastRow: boolean): void;
  };
};
// oxlint-disable-next-line import/no-default-export -- as the package exports it
export default papaparse;
