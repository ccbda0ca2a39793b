/** Passes over all elements of a buffer, or a part of them: what gradients go through before an update. */
import type { Real } from "../../trace/trace.ts";

export function addScaled(
  out: Real,
  x: Real,
  factor: number,
  from: number,
  to: number,
  accumulate: boolean,
): void {
  if (accumulate) for (let k = from; k < to; k++) out[k] += factor * x[k];
  else for (let k = from; k < to; k++) out[k] = factor * x[k];
}

export function exponentials(out: Real, x: Real, from: number, to: number, shift: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) {
    const exponential = Math.exp(x[k] - shift);
    sum += exponential;
    out[k] = exponential;
  }
  return sum;
}

export function sumOfSquares(x: Real, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += x[k] * x[k];
  return sum;
}

export function largest(x: Real, from: number, to: number): number {
  let most = x[from];
  for (let k = from + 1; k < to; k++) if (x[k] > most) most = x[k];
  return most;
}
