/** What a person asked to be stopped at, as the editor sent it; lines and columns count from 1. */
import type { Condition } from "./tripwire.ts";

export interface SourceName {
  /** A path or a URI, as the editor has it. */
  readonly path?: string;
  /** Of a document of the session: its index in `Program.sources`, plus 1. */
  readonly sourceReference?: number;
}

export type Requested = { readonly id: number } & (
  | ({
      readonly kind: "line";
      readonly source: SourceName;
      readonly line: number;
      readonly column?: number;
    } & Condition)
  /** An expression that is tested at every step. */
  | ({ readonly kind: "function"; readonly name: string } & Condition)
  /** A unit, by an expression such as `layers[0].h[12]`. */
  | ({ readonly kind: "data"; readonly dataId: string } & Condition)
  | { readonly kind: "exception"; readonly filter: string; readonly condition?: string }
);

/** What became of it. */
export interface Answer {
  readonly id: number;
  readonly verified: boolean;
  /** Why it is not verified. */
  readonly message?: string;
  readonly place?: {
    readonly source: number;
    readonly line: number;
    readonly column?: number;
  };
}
