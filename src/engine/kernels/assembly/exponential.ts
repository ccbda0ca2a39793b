/** The exponential, four at a time, for softmax. */
import { load, store } from "./lanes";

/**
 * exp(x) = 2ⁿ · exp(r) with n = round(x / ln 2): Cephes' polynomial of degree 5 on |r| ≤ ½ ln 2, within 2e-7 of the
 * truth relatively. Below −87 it stays at 1e-38, and above 88 at the largest float32; a NaN stays one.
 */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  x = f32x4.pmin(x, f32x4.splat(88.0));
  x = f32x4.pmax(x, f32x4.splat(-87.0));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  // ln 2 in two parts, so that the difference keeps all its digits.
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.mul(f32x4.mul(r, r), p), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** out (count) = exp(x − shift); answers their sum. */
export function exponentials(out: usize, x: usize, count: i32, shift: f32): f64 {
  const fours = <usize>(count & ~3) << 2;
  const end = <usize>count << 2;
  const shifts = f32x4.splat(shift);
  let sums = f32x4.splat(0);
  for (let k: usize = 0; k < fours; k += 16) {
    const e = exp4(f32x4.sub(load(x + k, true), shifts));
    store(out + k, e, true);
    sums = f32x4.add(sums, e);
  }
  let sum =
    <f64>f32x4.extract_lane(sums, 0) +
    <f64>f32x4.extract_lane(sums, 1) +
    (<f64>f32x4.extract_lane(sums, 2) + <f64>f32x4.extract_lane(sums, 3));
  for (let k = fours; k < end; k += 4) {
    const e = exp4(f32x4.sub(load(x + k, false), shifts));
    store(out + k, e, false);
    sum += <f64>f32x4.extract_lane(e, 0);
  }
  return sum;
}
