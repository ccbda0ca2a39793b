/** The names of tensors in a trace, declared once. `L` is the layer's number. */
import type { Cell, Direction, LossKind } from "./trace.ts";

export const gatesOf = {
  rnn: [],
  lstm: ["i", "f", "g", "o"],
  gru: ["r", "z", "n"],
} as const satisfies Record<Cell, readonly string[]>;

export const statesOf = {
  rnn: ["h"],
  lstm: ["h", "c"],
  gru: ["h"],
} as const satisfies Record<Cell, readonly string[]>;

/** Gates whose activation is a sigmoid, so that "saturated" means near 0 or 1; the others are tanh. */
export const sigmoidGates: ReadonlySet<string> = new Set(["i", "f", "o", "r", "z"]);

export const layerTensor = (layer: number, direction: Direction, part: string): string =>
  `layers.${layer}.${direction}.${part}`;

/** (T,B,I): what layer 0 is fed. */
export const inputTensor = "input";

/** The part of dL/dh_t that comes from the layer above at the same step (T,B,H); the rest comes from the future. */
export const gradientFromAbove = (layer: number, direction: Direction): string =>
  `grad.layers.${layer}.${direction}.h.above`;

/** (D,B,S): how much of what a step reads comes from each step of the source; D is 1 where attention pools a sequence. */
export const attentionWeights = "attention.weights";
/** (T,B,H): the source states, so weighted. */
export const attentionContext = "attention.context";

/** (T,B,H): tanh(W [context; h]), which the output reads where attention comes after the step. */
export const attentionOutput = "attention.output";
/** (T,B,I): what the lowest layer of a decoder is fed, a token and what comes from the source. */
export const decoderInput = "decoder.input";

export const gradientOf = (name: string): string => `grad.${name}`;

/** In a counterfactual trace: its tensor minus the original's. */
export const changeOf = (name: string): string => `change.${name}`;

/** In words, for legends and text alternatives. */
export const partTitles: Readonly<Record<string, string>> = {
  h: "hidden state",
  c: "cell state",
  i: "input gate",
  f: "forget gate",
  g: "candidate",
  o: "output gate",
  r: "reset gate",
  z: "update gate",
  n: "candidate",
  [attentionWeights]: "where it looks",
  [inputTensor]: "what is read",
};

/** Whether an output holds classes' logits rather than numbers. */
export const predictsClasses = (loss: LossKind): boolean =>
  loss === "cross-entropy" || loss === "ctc";

/** In words, with the unit of one step's loss. */
export const lossTitles: Readonly<
  Record<LossKind, { readonly title: string; readonly unit: string }>
> = {
  "cross-entropy": { title: "cross-entropy", unit: "nats" },
  "sigmoid-cross-entropy": { title: "sigmoid cross-entropy", unit: "nats per label" },
  "mean-squared-error": { title: "mean squared error", unit: "squared error" },
  "mean-absolute-error": { title: "mean absolute error", unit: "absolute error" },
  huber: { title: "Huber loss", unit: "Huber loss" },
  gaussian: { title: "Gaussian negative log-likelihood", unit: "nats per number" },
  ctc: { title: "CTC", unit: "nats per label" },
};
