/** Adam's step; equations and names are in ../../optimizers/adam.ts. */
import { load, store } from "./lanes";

// @ts-ignore: decorator
@inline
function flush(x: v128): v128 {
  // As `smallest` there. A NaN compares false as "less than" and so is kept.
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(1e-36)));
}

// @ts-ignore: decorator
@inline
function step(value: usize, gradient: usize, mean: usize, meanSquare: usize, coupledDecay: f32, newMean: f32, beta2: f32, newSquare: f32, kept: f32, stepSize: f32, correction: f32, epsilon: f32, four: bool): void {
  const p = load(value, four);
  const g = f32x4.add(load(gradient, four), f32x4.mul(f32x4.splat(coupledDecay), p));
  const before = load(mean, four);
  const m = f32x4.add(before, f32x4.mul(f32x4.sub(g, before), f32x4.splat(newMean)));
  const oldSquare = f32x4.mul(load(meanSquare, four), f32x4.splat(beta2));
  const v = f32x4.add(oldSquare, f32x4.mul(f32x4.mul(f32x4.splat(newSquare), g), g));
  store(mean, flush(m), four);
  store(meanSquare, flush(v), four);
  const root = f32x4.div(f32x4.sqrt(v), f32x4.splat(correction));
  const change = f32x4.div(f32x4.mul(f32x4.splat(stepSize), m), f32x4.add(root, f32x4.splat(epsilon)));
  store(value, f32x4.sub(f32x4.mul(f32x4.splat(kept), p), change), four);
}

export function adam(value: usize, gradient: usize, mean: usize, meanSquare: usize, count: i32, coupledDecay: f32, newMean: f32, beta2: f32, newSquare: f32, kept: f32, stepSize: f32, correction: f32, epsilon: f32): void {
  const fours = <usize>(count & ~3) << 2;
  const end = <usize>count << 2;
  for (let k: usize = 0; k < fours; k += 16) {
    step(value + k, gradient + k, mean + k, meanSquare + k, coupledDecay, newMean, beta2, newSquare, kept, stepSize, correction, epsilon, true);
  }
  for (let k = fours; k < end; k += 4) {
    step(value + k, gradient + k, mean + k, meanSquare + k, coupledDecay, newMean, beta2, newSquare, kept, stepSize, correction, epsilon, false);
  }
}
