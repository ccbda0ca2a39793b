/**
 * tanh and the logistic sigmoid, four at a time.
 *
 * tanh is the rational approximation x·P(x²)/Q(x²) of degree 13/6 that Eigen uses: within 3.5e-7 of
 * the truth everywhere. The sigmoid goes through it, σ(x) = ½ + ½·tanh(x/2); never take its logarithm.
 */
import { multiplyAdd } from "./multiplyAdd";

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  // Past ±7.9053 tanh rounds to ±1 in float32, and the polynomial would leave [−1, 1].
  // A NaN passes through: pmin and pmax return their first operand when the comparison is false.
  x = f32x4.pmin(x, f32x4.splat(7.90531110763549805));
  x = f32x4.pmax(x, f32x4.splat(-7.90531110763549805));
  const s = f32x4.mul(x, x);
  let p = f32x4.splat(-2.76076847742355e-16);
  p = multiplyAdd(f32x4.splat(2.00018790482477e-13), p, s);
  p = multiplyAdd(f32x4.splat(-8.60467152213735e-11), p, s);
  p = multiplyAdd(f32x4.splat(5.12229709037114e-8), p, s);
  p = multiplyAdd(f32x4.splat(1.48572235717979e-5), p, s);
  p = multiplyAdd(f32x4.splat(6.37261928875436e-4), p, s);
  p = multiplyAdd(f32x4.splat(4.89352455891786e-3), p, s);
  let q = f32x4.splat(1.19825839466702e-6);
  q = multiplyAdd(f32x4.splat(1.18534705686654e-4), q, s);
  q = multiplyAdd(f32x4.splat(2.268434632439e-3), q, s);
  q = multiplyAdd(f32x4.splat(4.89352518554385e-3), q, s);
  return f32x4.div(f32x4.mul(x, p), q);
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const half = f32x4.splat(0.5);
  return multiplyAdd(half, half, tanh4(f32x4.mul(half, x)));
}

/**
 * Magnitudes below 1e-30 become 0. Gradients that vanish end in denormal numbers, on which products
 * are two to three times slower; WebAssembly has no flush-to-zero mode.
 */
// @ts-ignore: decorator
@inline
export function flush4(x: v128): v128 {
  // A NaN compares false as "less than" and so is kept.
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(1e-30)));
}
