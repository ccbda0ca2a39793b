/**
 * Connectionist temporal classification (Graves et al. 2006): the loss of a label string whose place in the sequence is
 * not known. It sums over every alignment, a path of one class per step that reads as the labels once repeated classes
 * are merged and blanks dropped.
 */
import { bestPath } from "../ctcDecoding.ts";
import { editDistance } from "../editDistance.ts";
import { logAdd, logSumExp } from "./logSpace.ts";
import { sumOf, type LossResult, type LossRows } from "./loss.ts";

export interface LabelTarget {
  /** (B,L), padded at the end; no label is the blank. */
  readonly labels: Int32Array;
  /** (B) labels of each sequence. */
  readonly labelLengths: Int32Array;
}

export interface CtcRows extends LossRows {
  /** T and B of the rows (T·B). */
  readonly steps: number;
  readonly batch: number;
  /** (B) valid steps of each sequence. */
  readonly lengths: Int32Array;
}

export type CtcLoss = (output: CtcRows, target: LabelTarget, blank: number) => LossResult;

/**
 * As torch.nn.CTCLoss on log_softmax(y), reduction "mean", per sequence of T steps with labels l of length L. With the
 * labels' extension l′ = (blank, l₁, blank, …, l_L, blank), S = 2L + 1, and p = softmax(y):
 *   log α_t(s) = log p_t(l′_s) + log Σ α_{t−1}(s), α_{t−1}(s−1), and α_{t−1}(s−2) where l′_s ≠ blank, l′_{s−2}      (eq. 6, 7)
 *   log β_t(s) likewise from the end, without p_t of its own step      (eq. 10, 11)
 *   P = Σ α_T(S), α_T(S−1)      loss = −log P / max(L, 1)
 *   dL/dy_tk = w (p_tk − Σ_{s: l′_s = k} α_t(s) β_t(s) / P) / (max(L, 1) Σ w)      (eq. 16)
 * values, gradient (T,B,O)   losses, weights (T,B)
 * A sequence's loss and weight w stand at its last step, and are 0 at the others. Labels that no alignment fits have an infinite
 * loss, and no gradient. Backward reads: log α of all steps.
 */
export function createCtc(): CtcLoss {
  const scratch: Scratch = {
    alpha: new Float64Array(0),
    beta: new Float64Array(0),
    extended: new Int32Array(0),
    normalizer: new Float64Array(0),
    occupancy: new Float64Array(0),
  };
  return (output, target, blank) => {
    const { batch, lengths, losses, weights, gradient, rows, size } = output;
    const widest = batch === 0 ? 0 : target.labels.length / batch;
    for (let b = 0; b < batch; b++) {
      const last = (lengths[b] - 1) * batch + b;
      for (let row = b; row < rows; row += batch) if (row !== last) weights[row] = 0;
    }
    losses.fill(0, 0, rows);
    gradient.fill(0, 0, rows * size);
    const weight = sumOf(weights, rows);
    let total = 0;
    let edits = 0;
    let labelCount = 0;
    for (let b = 0; b < batch; b++) {
      const last = (lengths[b] - 1) * batch + b;
      if (lengths[b] === 0 || weights[last] === 0) continue;
      const length = target.labelLengths[b];
      const labels = target.labels.subarray(b * widest, b * widest + length);
      checkLabels(labels, size, blank, b);
      const share = weights[last] / (weight * Math.max(length, 1));
      const loss = alignments(output, b, labels, blank, share, scratch) / Math.max(length, 1);
      losses[last] = loss;
      total += weights[last] * loss;
      edits += editDistance(bestPath(output, b, lengths[b], blank).labels, labels);
      labelCount += length;
    }
    return { loss: weight === 0 ? 0 : total / weight, weight, edits, labels: labelCount };
  };
}

/** Grown when a longer sequence comes, and used again by every one. Logarithms need float64 whatever the network has. */
interface Scratch {
  /** (T,S) log α */
  alpha: Float64Array;
  /** (2,S) log β of a step and of the one after it. */
  beta: Float64Array;
  /** (S) l′ */
  extended: Int32Array;
  /** (T) log Σ exp y_t */
  normalizer: Float64Array;
  /** (O) Σ_{s: l′_s = k} α β / P of one step. */
  occupancy: Float64Array;
}

/** −log P of one sequence, whose gradient it writes, multiplied by `share`. */
function alignments(
  { values, gradient, size, batch, lengths }: CtcRows,
  b: number,
  labels: Int32Array,
  blank: number,
  share: number,
  scratch: Scratch,
): number {
  const steps = lengths[b];
  const states = 2 * labels.length + 1;
  makeRoom(scratch, steps, states, size);
  const { alpha, beta, extended, normalizer, occupancy } = scratch;
  for (let s = 0; s < states; s++) extended[s] = s % 2 === 0 ? blank : labels[(s - 1) / 2];
  const rowOf = (t: number): number => (t * batch + b) * size;
  for (let t = 0; t < steps; t++) normalizer[t] = logSumExp(values, rowOf(t), size);
  const skips = (s: number): boolean =>
    s >= 2 && extended[s] !== blank && extended[s] !== extended[s - 2];
  /** log β_t(s) + log p_t(l′_s): what the step before it sees of it. */
  const reach = (t: number, s: number): number =>
    beta[(t % 2) * states + s] + values[rowOf(t) + extended[s]] - normalizer[t];

  for (let t = 0; t < steps; t++) {
    const row = rowOf(t);
    const now = t * states;
    const before = now - states;
    for (let s = 0; s < states; s++) {
      let sum: number;
      if (t === 0) sum = s < 2 ? 0 : -Infinity;
      else {
        sum = alpha[before + s];
        if (s >= 1) sum = logAdd(sum, alpha[before + s - 1]);
        if (skips(s)) sum = logAdd(sum, alpha[before + s - 2]);
      }
      alpha[now + s] = sum + values[row + extended[s]] - normalizer[t];
    }
  }
  const end = (steps - 1) * states;
  const logP = logAdd(alpha[end + states - 1], states > 1 ? alpha[end + states - 2] : -Infinity);
  if (logP === -Infinity) return Infinity;

  for (let t = steps - 1; t >= 0; t--) {
    const row = rowOf(t);
    const now = (t % 2) * states;
    occupancy.fill(0, 0, size);
    for (let s = states - 1; s >= 0; s--) {
      let sum: number;
      if (t === steps - 1) sum = s >= states - 2 ? 0 : -Infinity;
      else {
        sum = reach(t + 1, s);
        if (s + 1 < states) sum = logAdd(sum, reach(t + 1, s + 1));
        if (s + 2 < states && skips(s + 2)) sum = logAdd(sum, reach(t + 1, s + 2));
      }
      beta[now + s] = sum;
      occupancy[extended[s]] += Math.exp(alpha[t * states + s] + sum - logP);
    }
    for (let k = 0; k < size; k++) {
      const p = Math.exp(values[row + k] - normalizer[t]);
      gradient[row + k] = share * (p - occupancy[k]);
    }
  }
  return -logP;
}

function makeRoom(scratch: Scratch, steps: number, states: number, size: number): void {
  if (scratch.alpha.length < steps * states) scratch.alpha = new Float64Array(steps * states);
  if (scratch.beta.length < 2 * states) scratch.beta = new Float64Array(2 * states);
  if (scratch.extended.length < states) scratch.extended = new Int32Array(states);
  if (scratch.normalizer.length < steps) scratch.normalizer = new Float64Array(steps);
  if (scratch.occupancy.length < size) scratch.occupancy = new Float64Array(size);
}

function checkLabels(labels: Int32Array, size: number, blank: number, b: number): void {
  const wrong = labels.find((label) => label < 0 || label >= size || label === blank);
  if (wrong === undefined) return;
  throw new Error(
    wrong === blank
      ? `Sequence ${b} has the blank, ${blank}, among its labels.`
      : `Label ${wrong} of sequence ${b} is outside the ${size} classes of the output.`,
  );
}
