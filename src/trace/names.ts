/** The names of tensors in a trace, declared once. `L` is the layer's number. */
import type { Cell, Direction } from "./trace.ts";

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

export const gradientOf = (name: string): string => `grad.${name}`;

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
};
