/** A function that squashes a sum, with its slope as a function of what came out, which is what a cell keeps. */
import type { Squash } from "../../trace/cellFunctions.ts";

export interface SquashFunction {
  of(sum: number): number;
  /** dy/dsum, from y. */
  slope(y: number): number;
}

/** Klambauer et al. 2017 (arXiv:1706.02515). */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/**
 * The functions of ONNX's recurrent operators and of Keras, all of them monotone, so that y tells the slope. `alpha` α and
 * `beta` β are taken as they are; readers fill in what their framework begins with.
 */
function plainSquash({ name, alpha = 1, beta = 0 }: Squash): SquashFunction {
  switch (name) {
    case "sigmoid":
      return { of: (sum) => 1 / (1 + Math.exp(-sum)), slope: (y) => y * (1 - y) };
    case "tanh":
      return { of: Math.tanh, slope: (y) => 1 - y * y };
    case "relu":
      return { of: (sum) => (sum < 0 ? 0 : sum), slope: (y) => (y > 0 ? 1 : 0) };
    case "linear":
      return { of: (sum) => sum, slope: () => 1 };
    case "affine":
      return { of: (sum) => alpha * sum + beta, slope: () => alpha };
    case "leaky-relu":
      return {
        of: (sum) => (sum < 0 ? alpha * sum : sum),
        slope: (y) => (y < 0 ? alpha : 1),
      };
    case "thresholded-relu":
      return { of: (sum) => (sum > alpha ? sum : 0), slope: (y) => (y === 0 ? 0 : 1) };
    case "scaled-tanh":
      return {
        of: (sum) => alpha * Math.tanh(beta * sum),
        slope: (y) => beta * (alpha - (y * y) / alpha),
      };
    case "hard-sigmoid":
      return {
        of: (sum) => Math.min(1, Math.max(0, alpha * sum + beta)),
        slope: (y) => (y > 0 && y < 1 ? alpha : 0),
      };
    case "elu":
      return {
        of: (sum) => (sum < 0 ? alpha * Math.expm1(sum) : sum),
        slope: (y) => (y < 0 ? y + alpha : 1),
      };
    case "selu":
      return {
        of: (sum) => seluScale * (sum < 0 ? seluAlpha * Math.expm1(sum) : sum),
        slope: (y) => (y < 0 ? y + seluScale * seluAlpha : seluScale),
      };
    case "exponential":
      return { of: Math.exp, slope: (y) => y };
    case "softsign":
      return { of: (sum) => sum / (1 + Math.abs(sum)), slope: (y) => (1 - Math.abs(y)) ** 2 };
    case "softplus":
      return {
        of: (sum) => Math.max(sum, 0) + Math.log1p(Math.exp(-Math.abs(sum))),
        slope: (y) => -Math.expm1(-y),
      };
  }
}

/** `clip`: sums are brought into ±clip first. Beyond it the slope is 0. */
export function createSquash(squash: Squash, clip: number | undefined): SquashFunction {
  const plain = plainSquash(squash);
  if (clip === undefined) return plain;
  const ends = [plain.of(-clip), plain.of(clip)];
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  return {
    of: (sum) => plain.of(Math.min(clip, Math.max(-clip, sum))),
    slope: (y) => (y > low && y < high ? plain.slope(y) : 0),
  };
}
