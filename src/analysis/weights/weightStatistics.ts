/** Weights in numbers: extremes, moments, norms, and how they are spread. What is not finite is counted and left out. */
import type { Real } from "../../trace/trace.ts";

export interface WeightStatistics {
  readonly count: number;
  /** NaN and infinite values, which the others leave out. */
  readonly notFinite: number;
  /** Exactly zero: pruned, or never touched. */
  readonly zeros: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly deviation: number;
  /** Frobenius norm: the root of the sum of squares. */
  readonly norm: number;
}

export function weightStatistics(values: Real): WeightStatistics {
  let notFinite = 0;
  let zeros = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      notFinite++;
      continue;
    }
    if (value === 0) zeros++;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    sum += value;
    squares += value * value;
  }
  const finite = values.length - notFinite;
  const mean = finite > 0 ? sum / finite : 0;
  return {
    count: values.length,
    notFinite,
    zeros,
    minimum: finite > 0 ? minimum : 0,
    maximum: finite > 0 ? maximum : 0,
    mean,
    deviation: finite > 0 ? Math.sqrt(Math.max(0, squares / finite - mean * mean)) : 0,
    norm: Math.sqrt(squares),
  };
}

/** Counts of values in `bins` equal parts of `[-reach, reach]`; what lies beyond counts at the ends. */
export function weightHistogram(
  values: Real,
  bins: number,
  reach: number,
): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(bins);
  const scale = reach > 0 ? bins / (2 * reach) : 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = Math.floor((value + reach) * scale);
    counts[Math.max(0, Math.min(bins - 1, bin))]++;
  }
  return counts;
}

/** Power iteration ends when a step changes the estimate by less. */
const tolerance = 1e-9;
const maximumIterations = 300;

/**
 * ‖W‖₂, the most that W (rows, columns) can stretch a vector: power iteration on WᵀW from a fixed start. Of the right
 * size to four digits even where the two largest singular values lie close together; NaN when a weight is not finite.
 */
export function spectralNorm(values: Real, rows: number, columns: number): number {
  let vector = Float64Array.from({ length: columns }, (_, index) => 1 + Math.sin(index + 1) / 2);
  let estimate = 0;
  for (let iteration = 0; iteration < maximumIterations; iteration++) {
    const length = lengthOf(vector);
    if (!(length > 0)) return length;
    const next = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      let product = 0;
      for (let j = 0; j < columns; j++) product += values[row * columns + j] * vector[j];
      product /= length;
      for (let j = 0; j < columns; j++) next[j] += product * values[row * columns + j];
    }
    vector = next;
    const before = estimate;
    // ‖WᵀW v‖ for a unit v tends to σ².
    estimate = Math.sqrt(lengthOf(vector));
    if (Math.abs(estimate - before) <= tolerance * estimate) break;
  }
  return estimate;
}

function lengthOf(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}
