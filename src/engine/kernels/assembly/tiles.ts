/**
 * The blocks of sums that products are made of, in registers while k runs. One operand is a panel [K][16] of 16 columns.
 *
 * With 128-bit vectors the tile is 2 rows × 16 columns: 8 accumulators, 2 broadcasts and 4 loads per step of k. More
 * accumulators, or a loop unrolled over k, make V8 spill registers and halve the speed. V8 can only pair vectors whose
 * accumulators are stored side by side.
 */

import { multiplyAdd } from "./multiplyAdd";

/** Floats in one panel's row. */
export const PANEL: i32 = 16;

// @ts-ignore: decorator
@inline
export function tile(y0: usize, y1: usize, x0: usize, x1: usize, stepX: usize, w: usize, depth: i32, accumulate: bool): void {
  let a0 = f32x4.splat(0);
  let a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  if (accumulate) {
    a0 = v128.load(y0);
    a1 = v128.load(y0, 16);
    a2 = v128.load(y0, 32);
    a3 = v128.load(y0, 48);
    b0 = v128.load(y1);
    b1 = v128.load(y1, 16);
    b2 = v128.load(y1, 32);
    b3 = v128.load(y1, 48);
  }
  const end = w + (<usize>depth << 6);
  while (w < end) {
    const p = v128.load32_splat(x0);
    const q = v128.load32_splat(x1);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const w2 = v128.load(w, 32);
    const w3 = v128.load(w, 48);
    a0 = multiplyAdd(a0, p, w0);
    a1 = multiplyAdd(a1, p, w1);
    a2 = multiplyAdd(a2, p, w2);
    a3 = multiplyAdd(a3, p, w3);
    b0 = multiplyAdd(b0, q, w0);
    b1 = multiplyAdd(b1, q, w1);
    b2 = multiplyAdd(b2, q, w2);
    b3 = multiplyAdd(b3, q, w3);
    x0 += stepX;
    x1 += stepX;
    w += 64;
  }
  v128.store(y0, a0);
  v128.store(y0, a1, 16);
  v128.store(y0, a2, 32);
  v128.store(y0, a3, 48);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y1, b2, 32);
  v128.store(y1, b3, 48);
}

/**
 * Four rows × 16 columns, which 128-bit vectors have too few registers for: with 256-bit ones it needs three loads for
 * what takes two tiles of two rows four.
 */
// @ts-ignore: decorator
@inline
export function tallTile(y: usize, yRow: usize, x: usize, xRow: usize, stepX: usize, w: usize, depth: i32, accumulate: bool): void {
  let a0 = f32x4.splat(0);
  let a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let c0 = a0, c1 = a0, c2 = a0, c3 = a0, d0 = a0, d1 = a0, d2 = a0, d3 = a0;
  const y1 = y + yRow;
  const y2 = y1 + yRow;
  const y3 = y2 + yRow;
  if (accumulate) {
    a0 = v128.load(y);
    a1 = v128.load(y, 16);
    a2 = v128.load(y, 32);
    a3 = v128.load(y, 48);
    b0 = v128.load(y1);
    b1 = v128.load(y1, 16);
    b2 = v128.load(y1, 32);
    b3 = v128.load(y1, 48);
    c0 = v128.load(y2);
    c1 = v128.load(y2, 16);
    c2 = v128.load(y2, 32);
    c3 = v128.load(y2, 48);
    d0 = v128.load(y3);
    d1 = v128.load(y3, 16);
    d2 = v128.load(y3, 32);
    d3 = v128.load(y3, 48);
  }
  let x1 = x + xRow;
  let x2 = x1 + xRow;
  let x3 = x2 + xRow;
  const end = w + (<usize>depth << 6);
  while (w < end) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const w2 = v128.load(w, 32);
    const w3 = v128.load(w, 48);
    const p = v128.load32_splat(x);
    a0 = multiplyAdd(a0, p, w0);
    a1 = multiplyAdd(a1, p, w1);
    a2 = multiplyAdd(a2, p, w2);
    a3 = multiplyAdd(a3, p, w3);
    const q = v128.load32_splat(x1);
    b0 = multiplyAdd(b0, q, w0);
    b1 = multiplyAdd(b1, q, w1);
    b2 = multiplyAdd(b2, q, w2);
    b3 = multiplyAdd(b3, q, w3);
    const r = v128.load32_splat(x2);
    c0 = multiplyAdd(c0, r, w0);
    c1 = multiplyAdd(c1, r, w1);
    c2 = multiplyAdd(c2, r, w2);
    c3 = multiplyAdd(c3, r, w3);
    const s = v128.load32_splat(x3);
    d0 = multiplyAdd(d0, s, w0);
    d1 = multiplyAdd(d1, s, w1);
    d2 = multiplyAdd(d2, s, w2);
    d3 = multiplyAdd(d3, s, w3);
    x += stepX;
    x1 += stepX;
    x2 += stepX;
    x3 += stepX;
    w += 64;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y1, b2, 32);
  v128.store(y1, b3, 48);
  v128.store(y2, c0);
  v128.store(y2, c1, 16);
  v128.store(y2, c2, 32);
  v128.store(y2, c3, 48);
  v128.store(y3, d0);
  v128.store(y3, d1, 16);
  v128.store(y3, d2, 32);
  v128.store(y3, d3, 48);
}

export let tall: bool = false;

/** Says that the vectors are of 256 bits, for which tiles of four rows are faster. */
export function preferTallTiles(): void {
  tall = true;
}

/** One row × two panels, for the single row of a batch of one. */
// @ts-ignore: decorator
@inline
export function rowTile(y: usize, x: usize, w: usize, v: usize, depth: i32, accumulate: bool): void {
  let a0 = f32x4.splat(0);
  let a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  if (accumulate) {
    a0 = v128.load(y);
    a1 = v128.load(y, 16);
    a2 = v128.load(y, 32);
    a3 = v128.load(y, 48);
    b0 = v128.load(y, 64);
    b1 = v128.load(y, 80);
    b2 = v128.load(y, 96);
    b3 = v128.load(y, 112);
  }
  const end = w + (<usize>depth << 6);
  while (w < end) {
    const p = v128.load32_splat(x);
    a0 = multiplyAdd(a0, p, v128.load(w));
    a1 = multiplyAdd(a1, p, v128.load(w, 16));
    a2 = multiplyAdd(a2, p, v128.load(w, 32));
    a3 = multiplyAdd(a3, p, v128.load(w, 48));
    b0 = multiplyAdd(b0, p, v128.load(v));
    b1 = multiplyAdd(b1, p, v128.load(v, 16));
    b2 = multiplyAdd(b2, p, v128.load(v, 32));
    b3 = multiplyAdd(b3, p, v128.load(v, 48));
    x += 4;
    w += 64;
    v += 64;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y, b0, 64);
  v128.store(y, b1, 80);
  v128.store(y, b2, 96);
  v128.store(y, b3, 112);
}

/** A tile whose 2 × 16 result does not fit the matrix: computed in scratch, with the same sums in the same order. */
export function edgeTile(y: usize, strideY: usize, rows: i32, columns: i32, x0: usize, x1: usize, stepX: usize, w: usize, depth: i32, accumulate: bool, scratch: usize): void {
  const bytes = <usize>columns << 2;
  for (let r = 0; r < rows; r++) {
    if (accumulate) memory.copy(scratch + (<usize>r << 6), y + <usize>r * strideY, bytes);
    else memory.fill(scratch + (<usize>r << 6), 0, 64);
  }
  tile(scratch, scratch + 64, x0, x1, stepX, w, depth, true);
  for (let r = 0; r < rows; r++) {
    memory.copy(y + <usize>r * strideY, scratch + (<usize>r << 6), bytes);
  }
}
