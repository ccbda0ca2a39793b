/** Sums of numbers that are kept as their logarithms, since as themselves they would be too small to be told from 0. */
import type { Real } from "../../trace/trace.ts";

/** log(exp a + exp b) */
export function logAdd(a: number, b: number): number {
  const larger = a > b ? a : b;
  if (larger === -Infinity) return -Infinity;
  return larger + Math.log1p(Math.exp((a > b ? b : a) - larger));
}

/** log Σ exp of `size` values from `from` on. */
export function logSumExp(values: Real, from: number, size: number): number {
  let largest = -Infinity;
  for (let k = from; k < from + size; k++) if (values[k] > largest) largest = values[k];
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let k = from; k < from + size; k++) sum += Math.exp(values[k] - largest);
  return largest + Math.log(sum);
}
