/** Compares gradients with central differences, and says where they part. */
import type { Real } from "../../src/trace/trace.ts";

/** Truncation costs step², rounding 1e-16 / step: about 1e-10 either way. */
const step = 1e-5;

/** (L(x + step) − L(x − step)) / 2 step for every entry of `values`, which are left as they were. */
export function centralDifferences(values: Real, loss: () => number): Float64Array {
  return Float64Array.from(values, (value, k) => {
    values[k] = value + step;
    const above = loss();
    values[k] = value - step;
    const below = loss();
    values[k] = value;
    return (above - below) / (2 * step);
  });
}

/**
 * Nothing when all entries agree within `tolerance` of the tensor's largest entry, else a sentence naming the worst.
 * A gradient that is zero throughout proves nothing, so it is reported too.
 */
export function disagreement(
  name: string,
  shape: readonly number[],
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  if (found.length !== wanted.length)
    return `${name}: ${found.length} entries instead of ${wanted.length}`;
  // A NaN on either side is as far away as can be.
  const distance = (k: number): number => {
    const difference = Math.abs(found[k] - wanted[k]);
    return Number.isNaN(difference) ? Infinity : difference;
  };
  let worst = 0;
  let scale = 0;
  for (let k = 0; k < found.length; k++) {
    scale = Math.max(scale, Math.abs(wanted[k]));
    if (distance(k) > distance(worst)) worst = k;
  }
  const error = distance(worst) / scale;
  if (error <= tolerance) return undefined;
  if (scale === 0) return `${name}: all zero, which proves nothing`;
  return `${name}[${indices(worst, shape).join(",")}] is ${found[worst]}, should be ${wanted[worst]} (${error.toExponential(1)} of the largest)`;
}

function indices(place: number, shape: readonly number[]): readonly number[] {
  let rest = place;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .reverse();
}
