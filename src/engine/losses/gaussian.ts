/** Negative log-likelihood of a normal distribution, so that a forecast knows how sure it is. */
import type { Real } from "../../trace/trace.ts";
import { sumOf, type LossResult, type LossRows } from "./loss.ts";

/**
 * Nix & Weigend 1994, as torch.nn.GaussianNLLLoss (without the constant ½ log 2π) with a variance of exp(s), per row:
 *   y = (m, s)      loss = mean over D of ½ (s + (m − target)² exp(−s))
 *   dL/dm = w (m − target) exp(−s) / (D Σ w)      dL/ds = w (1 − (m − target)² exp(−s)) / (2 D Σ w)
 * values, gradient (N,2D): D means, then D logarithms of variances   target (N,D)   losses, weights w (N)
 * Rows of weight 0 get loss 0 and gradient 0, and their target is not looked at.
 */
export function gaussian(output: LossRows, target: Real): LossResult {
  const { rows, size, values, gradient, losses, weights } = output;
  const targets = size / 2;
  const weight = sumOf(weights, rows);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    if (weights[row] === 0) {
      losses[row] = 0;
      gradient.fill(0, from, from + size);
      continue;
    }
    const share = weights[row] / (targets * weight);
    let sum = 0;
    for (let k = 0; k < targets; k++) {
      const mean = from + k;
      const logVariance = mean + targets;
      const difference = values[mean] - target[row * targets + k];
      const precision = Math.exp(-values[logVariance]);
      const squares = difference * difference * precision;
      sum += 0.5 * (values[logVariance] + squares);
      gradient[mean] = share * difference * precision;
      gradient[logVariance] = 0.5 * share * (1 - squares);
    }
    losses[row] = sum / targets;
    total += (weights[row] * sum) / targets;
  }
  return { loss: weight === 0 ? 0 : total / weight, weight };
}
