/**
 * Matrix products in 128-bit SIMD. Everything is float32 and row-major except what is packed:
 *
 *   packed W   [⌈N/16⌉][K][16]   columns of the product in panels of 16, zero-padded
 *
 * The tile is 2 rows × 16 columns: 8 accumulators, 2 broadcasts and 4 loads per step of k. More
 * accumulators, or a loop unrolled over k, make V8 spill registers and halve the speed.
 */

/** Floats in one panel's row. */
const PANEL: i32 = 16;

// @ts-ignore: decorator
@inline
function tile(y0: usize, y1: usize, x0: usize, x1: usize, stepX: usize, w: usize, depth: i32, accumulate: bool): void {
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
    a0 = f32x4.add(a0, f32x4.mul(p, w0));
    a1 = f32x4.add(a1, f32x4.mul(p, w1));
    a2 = f32x4.add(a2, f32x4.mul(p, w2));
    a3 = f32x4.add(a3, f32x4.mul(p, w3));
    b0 = f32x4.add(b0, f32x4.mul(q, w0));
    b1 = f32x4.add(b1, f32x4.mul(q, w1));
    b2 = f32x4.add(b2, f32x4.mul(q, w2));
    b3 = f32x4.add(b3, f32x4.mul(q, w3));
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

/** One row × two panels, for the single row of a batch of one. */
// @ts-ignore: decorator
@inline
function rowTile(y: usize, x: usize, w: usize, v: usize, depth: i32, accumulate: bool): void {
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
    a0 = f32x4.add(a0, f32x4.mul(p, v128.load(w)));
    a1 = f32x4.add(a1, f32x4.mul(p, v128.load(w, 16)));
    a2 = f32x4.add(a2, f32x4.mul(p, v128.load(w, 32)));
    a3 = f32x4.add(a3, f32x4.mul(p, v128.load(w, 48)));
    b0 = f32x4.add(b0, f32x4.mul(p, v128.load(v)));
    b1 = f32x4.add(b1, f32x4.mul(p, v128.load(v, 16)));
    b2 = f32x4.add(b2, f32x4.mul(p, v128.load(v, 32)));
    b3 = f32x4.add(b3, f32x4.mul(p, v128.load(v, 48)));
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

/** A tile whose 2 × 16 result does not fit the matrix: computed in scratch, then copied in part. */
function edgeTile(y: usize, strideY: usize, rows: i32, columns: i32, x0: usize, x1: usize, stepX: usize, w: usize, depth: i32, accumulate: bool, scratch: usize): void {
  tile(scratch, scratch + 64, x0, x1, stepX, w, depth, false);
  for (let r = 0; r < rows; r++) {
    const from = scratch + (<usize>r << 6);
    const to = y + <usize>r * strideY;
    for (let c = 0; c < columns; c++) {
      const at = <usize>c << 2;
      const value = load<f32>(from + at);
      store<f32>(to + at, accumulate ? load<f32>(to + at) + value : value);
    }
  }
}

/** y (R,N) = or += x (R,K) · W (K,N), W packed. Strides are in floats; `scratch` is 32 floats. */
export function multiply(y: usize, yStride: i32, x: usize, xStride: i32, packed: usize, R: i32, N: i32, K: i32, accumulate: bool, scratch: usize): void {
  const yRow = <usize>yStride << 2;
  const xRow = <usize>xStride << 2;
  const panelBytes = <usize>K << 6;
  if (R == 1) {
    let n = 0;
    for (; n + 2 * PANEL <= N; n += 2 * PANEL) {
      const w = packed + (<usize>(n * K) << 2);
      rowTile(y + (<usize>n << 2), x, w, w + panelBytes, K, accumulate);
    }
    for (; n < N; n += PANEL) {
      const w = packed + (<usize>(n * K) << 2);
      edgeTile(y + (<usize>n << 2), yRow, 1, min(PANEL, N - n), x, x, 4, w, K, accumulate, scratch);
    }
    return;
  }
  for (let n = 0; n < N; n += PANEL) {
    const w = packed + (<usize>(n * K) << 2);
    const columns = min(PANEL, N - n);
    for (let r = 0; r < R; r += 2) {
      const rows = min(2, R - r);
      const y0 = y + <usize>r * yRow + (<usize>n << 2);
      const x0 = x + <usize>r * xRow;
      const x1 = rows == 2 ? x0 + xRow : x0;
      if (rows == 2 && columns == PANEL) tile(y0, y0 + yRow, x0, x1, 4, w, K, accumulate);
      else edgeTile(y0, yRow, rows, columns, x0, x1, 4, w, K, accumulate, scratch);
    }
  }
}

/** Floats of a packed weight with N outputs and K inputs. */
export function packedLength(N: i32, K: i32): i32 {
  return ((N + PANEL - 1) & ~(PANEL - 1)) * K;
}

/** Packs W (N,K): packed[n / 16][k][n % 16] = W[n][k]. */
export function pack(packed: usize, w: usize, N: i32, K: i32): void {
  for (let n = 0; n < N; n += PANEL) {
    const columns = min(PANEL, N - n);
    for (let k = 0; k < K; k++) {
      for (let c = 0; c < PANEL; c++) {
        store<f32>(packed, c < columns ? load<f32>(w + (<usize>((n + c) * K + k) << 2)) : 0);
        packed += 4;
      }
    }
  }
}

/** Packs the transpose of W (K,N), rows `stride` floats apart: packed[n / 16][k][n % 16] = W[k][n]. */
export function packTransposed(packed: usize, w: usize, N: i32, K: i32, stride: i32): void {
  for (let n = 0; n < N; n += PANEL) {
    const columns = min(PANEL, N - n);
    let from = w + (<usize>n << 2);
    for (let k = 0; k < K; k++) {
      if (columns == PANEL) {
        v128.store(packed, v128.load(from));
        v128.store(packed, v128.load(from, 16), 16);
        v128.store(packed, v128.load(from, 32), 32);
        v128.store(packed, v128.load(from, 48), 48);
      } else {
        for (let c = 0; c < PANEL; c++) {
          store<f32>(packed + (<usize>c << 2), c < columns ? load<f32>(from + (<usize>c << 2)) : 0);
        }
      }
      packed += 64;
      from += <usize>stride << 2;
    }
  }
}

/** Rows that are packed at a time, so that a block stays in the second-level cache. */
const BLOCK: i32 = 256;

/** Packs columns of left (R,M) in fours: packed[m / 4][r][m % 4], zero-padded. */
function packColumns(packed: usize, left: usize, stride: i32, R: i32, M: i32): void {
  for (let m = 0; m < M; m += 4) {
    const columns = min(4, M - m);
    let from = left + (<usize>m << 2);
    for (let r = 0; r < R; r++) {
      if (columns == 4) v128.store(packed, v128.load(from));
      else {
        for (let c = 0; c < 4; c++) {
          store<f32>(packed + (<usize>c << 2), c < columns ? load<f32>(from + (<usize>c << 2)) : 0);
        }
      }
      packed += 16;
      from += <usize>stride << 2;
    }
  }
}

/** Floats of scratch that `accumulateOuter` needs. */
export function outerScratchLength(M: i32, N: i32): i32 {
  return 32 + BLOCK * (((M + 3) & ~3) + ((N + PANEL - 1) & ~(PANEL - 1)));
}

/** out (M,N) += leftᵀ · right for left (R,M), right (R,N): the gradient of a weight, over all rows at once. */
export function accumulateOuter(out: usize, left: usize, leftStride: i32, M: i32, right: usize, rightStride: i32, N: i32, R: i32, scratch: usize): void {
  const packedLeft = scratch + 128;
  const packedRight = packedLeft + (<usize>(BLOCK * ((M + 3) & ~3)) << 2);
  const outRow = <usize>N << 2;
  for (let r = 0; r < R; r += BLOCK) {
    const rows = min(BLOCK, R - r);
    packColumns(packedLeft, left + (<usize>(r * leftStride) << 2), leftStride, rows, M);
    packTransposed(packedRight, right + (<usize>(r * rightStride) << 2), N, rows, rightStride);
    for (let n = 0; n < N; n += PANEL) {
      const panel = packedRight + (<usize>(n * rows) << 2);
      const columns = min(PANEL, N - n);
      for (let m = 0; m < M; m += 2) {
        const some = min(2, M - m);
        const a = packedLeft + (<usize>((m & ~3) * rows + (m & 3)) << 2);
        const to = out + <usize>m * outRow + (<usize>n << 2);
        if (some == 2 && columns == PANEL) tile(to, to + outRow, a, a + 4, 16, panel, rows, true);
        else edgeTile(to, outRow, some, columns, a, some == 2 ? a + 4 : a, 16, panel, rows, true, scratch);
      }
    }
  }
}
