/** Losses of numbers one by one: their mean over outputs and positions. */
import type { Real } from "../../trace/trace.ts";
import { sumOf, type LossResult, type LossRows } from "./loss.ts";

/** The loss of one number, and its derivative by the output y. */
export interface PointLoss {
  loss(y: number, target: number): number;
  derivative(y: number, target: number): number;
}

/** As torch.nn.L1Loss: |y − target|, whose derivative at 0 is taken as 0. */
export const absoluteError: PointLoss = {
  loss: (y, target) => Math.abs(y - target),
  derivative: (y, target) => Math.sign(y - target),
};

/** As torch.nn.HuberLoss: ½ d² up to |d| = δ, and δ (|d| − ½ δ) beyond (Huber 1964). */
export const huber = (delta: number): PointLoss => ({
  loss(y, target) {
    const distance = Math.abs(y - target);
    return distance < delta ? 0.5 * distance * distance : delta * (distance - 0.5 * delta);
  },
  derivative: (y, target) => Math.max(-delta, Math.min(delta, y - target)),
});

/** As torch.nn.BCEWithLogitsLoss: −z log σ(y) − (1 − z) log(1 − σ(y)), for targets z of 0 … 1. */
export const sigmoidCrossEntropy: PointLoss = {
  loss: (y, target) => Math.max(y, 0) - y * target + Math.log1p(Math.exp(-Math.abs(y))),
  derivative: (y, target) => 1 / (1 + Math.exp(-y)) - target,
};

/**
 *   loss = mean over O of the points' losses      dL/dy = w · derivative / (O Σ w)
 * values, target, gradient (N,O)   losses, weights w (N)
 * Rows of weight 0 get loss 0 and gradient 0, and their target is not looked at.
 */
export function meanOfPoints(output: LossRows, target: Real, point: PointLoss): LossResult {
  const { rows, size, values, gradient, losses, weights } = output;
  const weight = sumOf(weights, rows);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    const end = from + size;
    if (weights[row] === 0) {
      losses[row] = 0;
      gradient.fill(0, from, end);
      continue;
    }
    const share = weights[row] / (size * weight);
    let sum = 0;
    for (let k = from; k < end; k++) {
      sum += point.loss(values[k], target[k]);
      gradient[k] = share * point.derivative(values[k], target[k]);
    }
    losses[row] = sum / size;
    total += (weights[row] * sum) / size;
  }
  return { loss: weight === 0 ? 0 : total / weight, weight };
}
