/** Builds label strings for CTC, and the weights that put a sequence's loss at its last step. */
import type { LabelTarget } from "../../../src/engine/losses/ctc.ts";

export function labelTarget(rows: readonly (readonly number[])[]): LabelTarget {
  const widest = Math.max(0, ...rows.map((row) => row.length));
  const labels = new Int32Array(rows.length * widest);
  rows.forEach((row, b) => labels.set(row, b * widest));
  return { labels, labelLengths: Int32Array.from(rows, (row) => row.length) };
}

/** (T,B) */
export function lastSteps(steps: number, lengths: ArrayLike<number>): Float64Array {
  const weights = new Float64Array(steps * lengths.length);
  for (let b = 0; b < lengths.length; b++) {
    if (lengths[b] > 0) weights[(lengths[b] - 1) * lengths.length + b] = 1;
  }
  return weights;
}
