/** A loss over rows of output, forward and backward at once: the gradient falls out of what the loss computed. */
import type { Real } from "../../trace/trace.ts";

export interface LossRows {
  /** N */
  readonly rows: number;
  /** O */
  readonly size: number;
  /** (N,O) logits or predictions. */
  readonly values: Real;
  /** (N,O), written: dL/d values, where L is the mean over weights. */
  readonly gradient: Real;
  /** (N), written: the loss of each row, 0 where its weight is 0. */
  readonly losses: Real;
  /** (N); weights of classes are multiplied in. */
  readonly weights: Real;
}

export interface LossResult {
  /** Mean over weights, as PyTorch's reduction "mean"; 0 where no loss was taken. */
  readonly loss: number;
  /** Sum of the weights. */
  readonly weight: number;
  /** For classes: sum of the rows' own weights where the largest logit is the right one … */
  readonly correct?: number;
  /** … out of this sum of them. `weight` has the weights of classes in it as well. */
  readonly counted?: number;
  /** For a decoder: sequences that are right from beginning to end … */
  readonly exact?: number;
  /** … out of this many. */
  readonly sequences?: number;
  /** For labels without places: edits that make the likeliest path's labels the right ones … */
  readonly edits?: number;
  /** … out of this many labels. */
  readonly labels?: number;
}

export function sumOf(weights: Real, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += weights[row];
  return sum;
}
