/** Passes over all elements; the specification is ../elements.ts. */
import { load, store } from "./lanes";

/** out (count) = or += factor · x (count). */
export function addScaled(out: usize, x: usize, factor: f32, count: i32, accumulate: bool): void {
  const scale = f32x4.splat(factor);
  const fours = <usize>(count & ~3) << 2;
  const end = <usize>count << 2;
  const zero = f32x4.splat(0);
  for (let k: usize = 0; k < fours; k += 16) {
    const before = accumulate ? load(out + k, true) : zero;
    store(out + k, f32x4.add(before, f32x4.mul(scale, load(x + k, true))), true);
  }
  for (let k = fours; k < end; k += 4) {
    const before = accumulate ? load(out + k, false) : zero;
    store(out + k, f32x4.add(before, f32x4.mul(scale, load(x + k, false))), false);
  }
}

/** Σ x², in doubles: float32 would lose small gradients beside large ones. */
export function sumOfSquares(x: usize, count: i32): f64 {
  const fours = <usize>(count & ~3) << 2;
  const end = <usize>count << 2;
  let low = f64x2.splat(0);
  let high = low;
  for (let k: usize = 0; k < fours; k += 16) {
    const four = v128.load(x + k);
    const first = f64x2.promote_low_f32x4(four);
    const second = f64x2.promote_low_f32x4(v128.shuffle<u64>(four, four, 1, 0));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (let k = fours; k < end; k += 4) {
    const one = <f64>f32.load(x + k);
    sum += one * one;
  }
  return sum;
}

/** The largest of x (count); NaN where one of them is. */
export function largest(x: usize, count: i32): f32 {
  const fours = <usize>(count & ~3) << 2;
  const end = <usize>count << 2;
  let most = f32.load(x);
  if (fours > 0) {
    let four = v128.load(x);
    for (let k: usize = 16; k < fours; k += 16) four = f32x4.max(four, v128.load(x + k));
    most = max(
      max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
      max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
    );
  }
  for (let k = fours; k < end; k += 4) most = max(most, f32.load(x + k));
  return most;
}
