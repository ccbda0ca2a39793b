/** What a cell squashes its sums with, where that is not σ and tanh: models of other frameworks may. */

export type SquashName =
  | "sigmoid"
  | "tanh"
  | "relu"
  | "linear"
  | "affine"
  | "leaky-relu"
  | "thresholded-relu"
  | "scaled-tanh"
  | "hard-sigmoid"
  | "elu"
  | "selu"
  | "exponential"
  | "softsign"
  | "softplus";

/** `alpha` and `beta` are ONNX's (https://onnx.ai/onnx/operators/onnx__LSTM.html); 1 and 0 where they say nothing. */
export interface Squash {
  readonly name: SquashName;
  readonly alpha?: number;
  readonly beta?: number;
}

export interface CellFunctions {
  /** In place of σ: of i, f, o and of r, z. */
  readonly gate: Squash;
  /** In place of tanh: of g and n, and of an RNN's h. */
  readonly candidate: Squash;
  /** In place of tanh between the LSTM's c and its h. */
  readonly output: Squash;
  /** Sums are brought into ±clip before they are squashed; the LSTM's c is not. */
  readonly clip?: number;
  /** The LSTM's f is 1 − i, ONNX's `input_forget`; what its own weights say is not used. */
  readonly coupled?: boolean;
}

/** `hard-sigmoid(0.2,0.5)` */
export const squashInWords = ({ name, alpha, beta }: Squash): string =>
  alpha === undefined && beta === undefined
    ? name
    : `${name}(${[alpha ?? 1, beta ?? 0].map((number) => Number(number.toFixed(4))).join(",")})`;

/** `["gates hard-sigmoid", "clip 0.1"]`: what sets a cell with these functions apart from the usual one. */
export function functionsInWords({
  gate,
  candidate,
  output,
  clip,
  coupled,
}: CellFunctions): readonly string[] {
  return [
    ...(gate.name === "sigmoid" ? [] : [`gates ${squashInWords(gate)}`]),
    ...(candidate.name === "tanh" ? [] : [`candidate ${squashInWords(candidate)}`]),
    ...(output.name === "tanh" ? [] : [`output ${squashInWords(output)}`]),
    ...(clip === undefined ? [] : [`clip ${Number(clip.toFixed(4))}`]),
    ...(coupled ? ["f = 1 − i"] : []),
  ];
}
