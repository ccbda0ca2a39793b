/** Layer normalization of rows; equations and names are in ../../cells/rowNorm.ts. */
import { flush4 } from "./activations";
import { load, store } from "./lanes";

// @ts-ignore: decorator
@inline
function sumOf(x: v128): f32 {
  const halves = f32x4.add(x, v128.shuffle<u64>(x, x, 1, 0));
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}

// @ts-ignore: decorator
@inline
function meanOf(x: usize, width: i32): f32 {
  const fours = <usize>(width & ~3) << 2;
  const end = <usize>width << 2;
  let low = f32x4.splat(0);
  let high = low;
  let k: usize = 0;
  // Two sums, because each addition waits for the one before.
  for (; k + 32 <= end; k += 32) {
    low = f32x4.add(low, v128.load(x + k));
    high = f32x4.add(high, v128.load(x + k, 16));
  }
  for (; k < fours; k += 16) low = f32x4.add(low, v128.load(x + k));
  let sum = sumOf(f32x4.add(low, high));
  for (; k < end; k += 4) sum += f32.load(x + k);
  return sum / <f32>width;
}

// @ts-ignore: decorator
@inline
function varianceOf(x: usize, mean: f32, width: i32): f32 {
  const fours = <usize>(width & ~3) << 2;
  const end = <usize>width << 2;
  const middle = f32x4.splat(mean);
  let low = f32x4.splat(0);
  let high = low;
  let k: usize = 0;
  for (; k + 32 <= end; k += 32) {
    const a = f32x4.sub(v128.load(x + k), middle);
    const b = f32x4.sub(v128.load(x + k, 16), middle);
    low = f32x4.add(low, f32x4.mul(a, a));
    high = f32x4.add(high, f32x4.mul(b, b));
  }
  for (; k < fours; k += 16) {
    const a = f32x4.sub(v128.load(x + k), middle);
    low = f32x4.add(low, f32x4.mul(a, a));
  }
  let sum = sumOf(f32x4.add(low, high));
  for (; k < end; k += 4) {
    const a = f32.load(x + k) - mean;
    sum += a * a;
  }
  return sum / <f32>width;
}

// @ts-ignore: decorator
@inline
function scale(x: usize, out: usize, gain: usize, mean: f32, inverse: f32, accumulate: bool, four: bool): void {
  const normalized = f32x4.mul(f32x4.sub(load(x, four), f32x4.splat(mean)), f32x4.splat(inverse));
  store(x, normalized, four);
  const scaled = f32x4.mul(load(gain, four), normalized);
  store(out, accumulate ? f32x4.add(load(out, four), scaled) : scaled, four);
}

/** One group of `width` columns in `rows` rows: x in place, out = or += γ ⊙ x̂. Strides are in floats. */
export function normalizeRows(x: usize, xStride: i32, inverse: usize, inverseStride: i32, gain: usize, out: usize, outStride: i32, width: i32, rows: i32, epsilon: f32, accumulate: bool): void {
  const fours = <usize>(width & ~3) << 2;
  const end = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    const mean = meanOf(x, width);
    const one = <f32>1 / sqrt<f32>(varianceOf(x, mean, width) + epsilon);
    f32.store(inverse, one);
    for (let k: usize = 0; k < fours; k += 16) scale(x + k, out + k, gain + k, mean, one, accumulate, true);
    for (let k = fours; k < end; k += 4) scale(x + k, out + k, gain + k, mean, one, accumulate, false);
    x += <usize>xStride << 2;
    inverse += <usize>inverseStride << 2;
    out += <usize>outStride << 2;
  }
}

// @ts-ignore: decorator
@inline
function slope(x: usize, gradient: usize, mean: f32, projection: f32, inverse: f32, four: bool): void {
  const along = f32x4.mul(load(x, four), f32x4.splat(projection));
  const across = f32x4.sub(f32x4.sub(load(gradient, four), f32x4.splat(mean)), along);
  store(gradient, flush4(f32x4.mul(f32x4.splat(inverse), across)), four);
}

/** gradient (rows,width) from dOut (rows,width), x̂ and 1 / √(σ² + ε); x̂ and gradient have the same stride. */
export function normalizeRowsBackward(x: usize, gradient: usize, xStride: i32, inverse: usize, inverseStride: i32, gain: usize, dOut: usize, dOutStride: i32, width: i32, rows: i32): void {
  const fours = <usize>(width & ~3) << 2;
  const end = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    let sums = f32x4.splat(0);
    let projections = sums;
    for (let k: usize = 0; k < fours; k += 16) {
      const scaled = f32x4.mul(v128.load(gain + k), v128.load(dOut + k));
      v128.store(gradient + k, scaled);
      sums = f32x4.add(sums, scaled);
      projections = f32x4.add(projections, f32x4.mul(scaled, v128.load(x + k)));
    }
    let mean = sumOf(sums);
    let projection = sumOf(projections);
    for (let k = fours; k < end; k += 4) {
      const scaled = f32.load(gain + k) * f32.load(dOut + k);
      f32.store(gradient + k, scaled);
      mean += scaled;
      projection += scaled * f32.load(x + k);
    }
    mean /= <f32>width;
    projection /= <f32>width;
    const one = f32.load(inverse);
    for (let k: usize = 0; k < fours; k += 16) slope(x + k, gradient + k, mean, projection, one, true);
    for (let k = fours; k < end; k += 4) slope(x + k, gradient + k, mean, projection, one, false);
    x += <usize>xStride << 2;
    gradient += <usize>xStride << 2;
    inverse += <usize>inverseStride << 2;
    dOut += <usize>dOutStride << 2;
  }
}
