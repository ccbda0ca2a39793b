/**
 * A trace is everything that one forward (and backward) pass computed, as named tensors with axes.
 * It is the cache that backpropagation needed anyway; see design names in `names.ts`.
 */
import type { CellFunctions } from "./cellFunctions.ts";

export type Real = Float32Array | Float64Array;

/** `T` time, `D` steps that look at a source and `S` the source's own, `B` batch, `H` units, `I` inputs, `O` outputs; rows and columns for parameters. */
export type Axis = "T" | "D" | "S" | "B" | "H" | "I" | "O" | "row" | "column";

export interface Tensor {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Real;
}

export type Cell = "rnn" | "lstm" | "gru";
export type Direction = "forward" | "reverse";

export interface LayerDescription {
  readonly cell: Cell;
  readonly hidden: number;
  readonly inputSize: number;
  readonly directions: readonly Direction[];
  readonly nonlinearity?: "tanh" | "relu";
  readonly reset?: "after" | "before";
  /** P: the LSTM hands on a linear map of its H units, so that h is (B,P) while gates and c stay (B,H). */
  readonly projection?: number;
  /** The LSTM's gates also look at its cell state. */
  readonly peepholes?: boolean;
  /** Layer normalization inside the cell. */
  readonly layerNorm?: boolean;
  /** What it squashes with in place of σ and tanh, as models of other frameworks may. */
  readonly functions?: CellFunctions;
  /** Share of what it hands on that is dropped in training; 0 when absent. */
  readonly dropout?: number;
  /** The same is dropped at every step of a sequence. */
  readonly variational?: boolean;
  /** Its input is added to what it hands on. */
  readonly residual?: boolean;
}

/** Numbers in one state or gate of a layer: H, but for a projected h. */
export const widthOf = (
  { hidden, projection }: Pick<LayerDescription, "hidden" | "projection">,
  part: string,
): number => (part === "h" ? (projection ?? hidden) : hidden);

/** What is taken as the loss of a step: the first two are of classes and labels, the others of numbers. */
export type LossKind =
  | "cross-entropy"
  | "sigmoid-cross-entropy"
  | "mean-squared-error"
  | "mean-absolute-error"
  | "huber"
  | "gaussian"
  | "ctc";

/** How well a source state fits a decoder's state: `additive` of Bahdanau et al. 2015, the others of Luong et al. 2015. */
export type AttentionDescription =
  | { readonly score: "additive"; readonly size: number }
  | { readonly score: "dot" | "general" };

/** The half of an encoder-decoder that writes. Its layers come after the encoder's in `ModelDescription.layers`. */
export interface DecoderDescription {
  /** Number of its lowest layer. */
  readonly firstLayer: number;
  /** Tokens that it reads and writes; token 0 stands before the first and after the last. */
  readonly vocabulary: number;
  readonly embedding?: number;
  /** What its states begin with: the encoder's last ones, a map of them, or zero. */
  readonly start: "copy" | "map" | "zero";
  /** The encoder's last states are also read at every step (Cho et al. 2014). */
  readonly context?: boolean;
  readonly attention?: AttentionDescription;
}

/** What the network is, in numbers: enough to draw it and to read a trace of it. */
export interface ModelDescription {
  readonly input:
    | {
        readonly kind: "tokens";
        readonly vocabulary: number;
        readonly embedding?: number;
        /** The token at step 0, a class, also makes the states that the sequence begins with. */
        readonly condition?: "initial-state";
      }
    | {
        readonly kind: "dense";
        readonly size: number;
        /** What stands at step 0 is not read there, but becomes the states that the sequence begins with. */
        readonly condition?: "initial-state";
        /** With a condition: every step, the first too, is read nevertheless, as of tokens. */
        readonly readsOn?: true;
      };
  readonly layers: readonly LayerDescription[];
  /** In an encoder-decoder, outputs are taken at each step of the decoder. */
  readonly decoder?: DecoderDescription;
  /** Output at the last step reads all steps, weighted by attention with a hidden layer of `size` units. */
  readonly pooling?: { readonly size: number };
  readonly output: {
    readonly size: number;
    readonly at: "each-step" | "last-step";
    /** Without a linear layer on top the output is what the top layer hands on. */
    readonly linear?: false;
    /** What the top layer hands on is normalized first (torch.nn.LayerNorm). */
    readonly norm?: { readonly epsilon: number };
  };
  readonly loss: LossKind;
  readonly parameterCount: number;
}

export interface Trace {
  readonly version: 1;
  readonly model: ModelDescription;
  /** Steps, T. In an encoder-decoder those of the source, then those of the target, on one axis. */
  readonly steps: number;
  /** In an encoder-decoder, S: the steps of the source, which come first. */
  readonly sourceSteps?: number;
  /** Sequences, B. */
  readonly batch: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A named tensor; an Error naming what the trace does hold when it is absent. */
export function tensorOf(trace: Trace, name: string): Tensor {
  const tensor = trace.tensors.get(name);
  if (!tensor) {
    throw new Error(
      `The trace has no tensor "${name}". It has: ${[...trace.tensors.keys()].join(", ")}.`,
    );
  }
  return tensor;
}
