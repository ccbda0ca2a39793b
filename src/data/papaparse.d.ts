/**
 * The part of papaparse that the data folder uses. The package's own types need the DOM and Node, which
 * the pure folders compile without.
 */
interface StepResult {
  readonly data: string[];
  readonly errors: readonly { readonly code: string; readonly index?: number }[];
  /** `cursor` is the offset at which the row ends, its line break included. */
  readonly meta: { readonly cursor: number };
}

declare const papaparse: {
  parse(
    text: string,
    options: { delimiter: string; newline: "\n"; step: (result: StepResult) => void },
  ): void;
};
// oxlint-disable-next-line import/no-default-export -- as the package exports it
export default papaparse;
