/** Mean squared error. */
import type { Real } from "../../trace/trace.ts";
import { sumOf, type LossResult, type LossRows } from "./loss.ts";

/**
 * As torch.nn.MSELoss, per row:
 *   loss = mean over O of (y − target)²
 *   dL/dy = 2 w (y − target) / (O Σ w)
 * values, target, gradient (N,O)   losses, weights w (N)
 * Rows of weight 0 get loss 0 and gradient 0, and their target is not looked at.
 */
export function meanSquaredError(output: LossRows, target: Real): LossResult {
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
    const share = (2 * weights[row]) / (size * weight);
    let sum = 0;
    for (let k = from; k < end; k++) {
      const difference = values[k] - target[k];
      sum += difference * difference;
      gradient[k] = share * difference;
    }
    losses[row] = sum / size;
    total += (weights[row] * sum) / size;
  }
  return { loss: weight === 0 ? 0 : total / weight, weight };
}
