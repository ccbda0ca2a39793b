/** One part of the data, for training or for validation: sequences that can be read one at a time. */
import type { Real } from "../trace/trace.ts";
import type { TokenArray, TokenRow } from "./tokenRow.ts";

/** What every sequence of a data set has in common. */
export interface Layout {
  readonly input:
    | { readonly kind: "tokens"; readonly vocabulary: number; readonly condition?: "initial-state" }
    | { readonly kind: "dense"; readonly size: number; readonly condition?: "initial-state" };
  readonly output: {
    /** `labels`: classes whose places are not known, and one class more for none. */
    readonly kind: "classes" | "values" | "labels";
    readonly size: number;
    readonly at: "each-step" | "last-step";
  };
}

/** A sequence of T steps. The arrays may be views of larger ones: read them, do not write. */
export interface Example {
  /** T. */
  readonly steps: number;
  /** (T) token numbers, or (T,I) values. */
  readonly input: TokenArray | Real;
  /** For an encoder-decoder (T of the target): the token that the decoder reads at each step, 0 at the first. */
  readonly decoder?: Int32Array;
  /** (T) classes or (T,O) values, T of the target where there is a decoder; for output at the last step (1) or (O); or (L) labels. */
  readonly target: TokenArray | Real;
  /** (T), or (1) for output at the last step: 1 where a loss is taken; that of labels at the last step. */
  readonly weights: Real;
}

/** A place in the person's own file; line and column from 1, lengths in UTF-16 units. */
export interface TextPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface NamedValue {
  readonly name: string;
  /** In the data's own units. */
  readonly value: number;
}

/** What a person sees of one time step. */
export interface StepLabel {
  /** The token, or the row's name. Line breaks and spaces are made visible. */
  readonly input: string;
  readonly inputValues?: readonly NamedValue[];
  /** Absent where no loss is taken. */
  readonly target?: string;
  readonly targetValues?: readonly NamedValue[];
  readonly place?: TextPlace;
}

export interface Split {
  readonly layout: Layout;
  readonly sequenceCount: number;
  /** Steps of the longest sequence; 0 when there is none. */
  readonly steps: number;
  /** For an encoder-decoder, steps of the longest target, its end included. */
  readonly decoderSteps?: number;
  /** `steps`, where the data goes on beyond the sequence, makes it longer or shorter than usual. */
  read(index: number, steps?: number): Example;
  /** Says that it is read soon. */
  expect?(index: number): void;
  describe(index: number): { readonly title: string; readonly detail: string };
  labels(index: number, steps?: number): readonly StepLabel[];
  /**
   * The whole part as one row of tokens, where the sequences follow on each other: training then carries the
   * state from one window to the next. Each token predicts the one after it.
   */
  readonly stream?: TokenRow;
}
