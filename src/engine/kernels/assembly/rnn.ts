/** The vanilla cell's passes; equations and names are in ../../cells/rnn.ts. */
import { flush4, tanh4 } from "./activations";
import { load, store } from "./lanes";

// @ts-ignore: decorator
@inline
function activate(sum: v128, relu: bool): v128 {
  // A negative number becomes 0 and a NaN stays: it compares false as "less than".
  return relu ? v128.andnot(sum, f32x4.lt(sum, f32x4.splat(0))) : tanh4(sum);
}

/** h (count) from its sums (count). */
export function rnnForward(gates: usize, h: usize, relu: bool, count: i32): void {
  const fours = <usize>(count & ~3) << 2;
  const end = <usize>count << 2;
  for (let k: usize = 0; k < fours; k += 16) store(h + k, activate(load(gates + k, true), relu), true);
  for (let k = fours; k < end; k += 4) store(h + k, activate(load(gates + k, false), relu), false);
}

// @ts-ignore: decorator
@inline
function slope(y: v128, dy: v128, relu: bool): v128 {
  if (relu) return v128.and(dy, f32x4.gt(y, f32x4.splat(0)));
  return flush4(f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y))));
}

export function rnnBackward(gradients: usize, h: usize, dh: usize, relu: bool, count: i32): void {
  const fours = <usize>(count & ~3) << 2;
  const end = <usize>count << 2;
  for (let k: usize = 0; k < fours; k += 16) store(gradients + k, slope(load(h + k, true), load(dh + k, true), relu), true);
  for (let k = fours; k < end; k += 4) store(gradients + k, slope(load(h + k, false), load(dh + k, false), relu), false);
}
