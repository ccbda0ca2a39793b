/** Softmax cross-entropy. */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { sumOf, type LossResult, type LossRows } from "./loss.ts";

export interface SoftmaxRows extends LossRows {
  readonly kernels: Pick<Kernels, "largest" | "exponentials" | "addScaled">;
}

export interface CrossEntropyOptions {
  /** (O) weight of each class, above 0. */
  readonly classWeights?: readonly number[];
  /** ε: share of each target that is spread over all classes. */
  readonly labelSmoothing?: number;
}

/**
 * As torch.nn.CrossEntropyLoss, per row:
 *   p = softmax(y)      loss = −log p_class = log Σ exp(y − max y) − (y_class − max y)
 *   dL/dy = w (p − onehot(class)) / Σ w
 * With weights v of the classes, w is multiplied by v_class; with label smoothing the target is
 *   q_k = (1 − ε) onehot(class)_k + ε v_k / (O v_class)      loss = −Σ q_k log p_k      dL/dy = w (p Σ q − q) / Σ w
 * values, gradient (N,O)   classes (N)   losses, weights w (N); class weights are multiplied into `weights`
 * Rows of weight 0 get loss 0 and gradient 0, and their class is not looked at.
 */
export function crossEntropy(
  output: SoftmaxRows,
  classes: Int32Array,
  { classWeights, labelSmoothing = 0 }: CrossEntropyOptions = {},
): LossResult {
  const { rows, size, values, gradient, losses, weights, kernels } = output;
  const counted = sumOf(weights, rows);
  for (let row = 0; row < rows; row++) {
    if (weights[row] === 0) continue;
    const wanted = classes[row];
    if (wanted < 0 || wanted >= size) {
      throw new Error(
        `Target class ${wanted} of row ${row} is outside the ${size} classes of the output.`,
      );
    }
    // Accuracy counts each row as often as it was given; its loss is not known yet.
    losses[row] = weights[row];
    if (classWeights) weights[row] *= classWeights[wanted];
  }
  const weight = classWeights ? sumOf(weights, rows) : counted;
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
    const largest = kernels.largest(values, from, end);
    const sum = kernels.exponentials(gradient, values, from, end, largest);
    const share = weights[row] / weight;
    const spread = labelSmoothing / (size * (classWeights?.[wanted] ?? 1));
    let mass = 1 - labelSmoothing;
    let loss = -mass * (values[from + wanted] - largest);
    if (labelSmoothing > 0) {
      for (let k = 0; k < size; k++) {
        const q = spread * (classWeights?.[k] ?? 1);
        mass += q;
        loss -= q * (values[from + k] - largest);
      }
    }
    loss += mass * Math.log(sum);
    kernels.addScaled(gradient, gradient, (share * mass) / sum, from, end, false);
    gradient[from + wanted] -= share * (1 - labelSmoothing);
    if (labelSmoothing > 0) {
      for (let k = 0; k < size; k++)
        gradient[from + k] -= share * spread * (classWeights?.[k] ?? 1);
    }
    if (isFirstOf(largest, values, from, from + wanted)) correct += losses[row];
    losses[row] = loss;
    total += weights[row] * loss;
  }
  return { loss: weight === 0 ? 0 : total / weight, weight, correct, counted };
}

/** Whether the largest value of a row stands at `place`, and not before it as well. */
function isFirstOf(largest: number, values: Real, from: number, place: number): boolean {
  if (values[place] !== largest) return false;
  for (let k = from; k < place; k++) if (values[k] === largest) return false;
  return true;
}
