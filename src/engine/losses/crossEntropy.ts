/** Softmax cross-entropy. */
import { sumOf, type LossResult, type LossRows } from "./loss.ts";

/**
 * As torch.nn.CrossEntropyLoss, per row:
 *   p = softmax(y)      loss = −log p_class = log Σ exp(y − max y) − (y_class − max y)
 *   dL/dy = w (p − onehot(class)) / Σ w
 * values, gradient (N,O)   classes (N)   losses, weights w (N)
 * Rows of weight 0 get loss 0 and gradient 0, and their class is not looked at.
 */
export function crossEntropy(output: LossRows, classes: Int32Array): LossResult {
  const { rows, size, values, gradient, losses, weights } = output;
  const weight = sumOf(weights, rows);
  let total = 0;
  let correct = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    const end = from + size;
    if (weights[row] === 0) {
      losses[row] = 0;
      gradient.fill(0, from, end);
      continue;
    }
    const wanted = classes[row];
    if (wanted < 0 || wanted >= size) {
      throw new Error(
        `Target class ${wanted} of row ${row} is outside the ${size} classes of the output.`,
      );
    }
    let best = from;
    for (let k = from + 1; k < end; k++) if (values[k] > values[best]) best = k;
    const largest = values[best];
    let sum = 0;
    for (let k = from; k < end; k++) {
      const exponential = Math.exp(values[k] - largest);
      sum += exponential;
      gradient[k] = exponential;
    }
    const share = weights[row] / weight;
    for (let k = from; k < end; k++) gradient[k] *= share / sum;
    gradient[from + wanted] -= share;
    const loss = Math.log(sum) - (values[from + wanted] - largest);
    losses[row] = loss;
    total += weights[row] * loss;
    if (best === from + wanted) correct += weights[row];
  }
  return { loss: weight === 0 ? 0 : total / weight, weight, correct };
}
