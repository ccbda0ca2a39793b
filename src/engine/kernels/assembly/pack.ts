/**
 * Operands in the order in which tiles read them, so that they stream through the first-level cache whatever the strides of the
 * matrix: rows whose distance is a power of two would share a few cache lines.
 */
import { PANEL } from "./tiles";

/** Floats of a packed weight with N outputs and K inputs. */
export function packedLength(N: i32, K: i32): i32 {
  return ((N + PANEL - 1) & ~(PANEL - 1)) * K;
}

/** Packs W (N,K): packed[n / 16][k][n % 16] = W[n][k]. */
export function pack(packed: usize, w: usize, N: i32, K: i32): void {
  const row = <usize>K << 2;
  const fours = <usize>(K & ~3) << 2;
  for (let n = 0; n < N; n += PANEL) {
    const columns = min(PANEL, N - n);
    const from = w + <usize>n * row;
    let k: usize = 0;
    if (columns == PANEL) {
      for (; k < fours; k += 16) {
        for (let c: usize = 0; c < 64; c += 16) transpose(packed + (k << 4) + c, 64, from + <usize>(c >> 2) * row + k, row);
      }
    }
    for (; k < row; k += 4) {
      for (let c = 0; c < PANEL; c++) {
        const value: f32 = c < columns ? load<f32>(from + <usize>c * row + k) : 0;
        store<f32>(packed + (k << 4) + (<usize>c << 2), value);
      }
    }
    packed += row << 4;
  }
}

/** out (4,4) = xᵀ for x (4,4); rows of both lie as many bytes apart as is said. */
// @ts-ignore: decorator
@inline
function transpose(out: usize, outRow: usize, x: usize, xRow: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xRow);
  const c = v128.load(x + 2 * xRow);
  const d = v128.load(x + 3 * xRow);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<u64>(ab, cd, 0, 2));
  v128.store(out + outRow, v128.shuffle<u64>(ab, cd, 1, 3));
  v128.store(out + 2 * outRow, v128.shuffle<u64>(ef, gh, 0, 2));
  v128.store(out + 3 * outRow, v128.shuffle<u64>(ef, gh, 1, 3));
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

/** Packs columns of left (R,M) in fours: packed[m / 4][r][m % 4], zero-padded. */
export function packColumns(packed: usize, left: usize, stride: i32, R: i32, M: i32): void {
  const row = <usize>stride << 2;
  const panel = <usize>R << 4;
  let m = 0;
  // Sixteen columns are a cache line, which another row may push out before it is read again.
  for (; m + 16 <= M; m += 16) {
    let from = left + (<usize>m << 2);
    let to = packed;
    for (let r = 0; r < R; r++) {
      v128.store(to, v128.load(from));
      v128.store(to + panel, v128.load(from, 16));
      v128.store(to + 2 * panel, v128.load(from, 32));
      v128.store(to + 3 * panel, v128.load(from, 48));
      to += 16;
      from += row;
    }
    packed += 4 * panel;
  }
  for (; m < M; m += 4) {
    const columns = min(4, M - m);
    let from = left + (<usize>m << 2);
    for (let r = 0; r < R; r++) {
      for (let c = 0; c < 4; c++) {
        store<f32>(packed + (<usize>c << 2), c < columns ? load<f32>(from + (<usize>c << 2)) : 0);
      }
      packed += 16;
      from += row;
    }
  }
}

/** Packs `depth` columns of `rows` rows in fours of rows: packed[r / 4][k][r % 4], zero-padded. */
export function packRows(packed: usize, x: usize, xRow: usize, rows: i32, depth: i32): void {
  const fours = <usize>(depth & ~3) << 2;
  const end = <usize>depth << 2;
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    const x1 = x + xRow;
    const x2 = x1 + xRow;
    const x3 = x2 + xRow;
    for (let k: usize = 0; k < fours; k += 16) {
      transpose(packed, 16, x + k, xRow);
      packed += 64;
    }
    for (let k = fours; k < end; k += 4) {
      f32.store(packed, f32.load(x + k));
      f32.store(packed, f32.load(x1 + k), 4);
      f32.store(packed, f32.load(x2 + k), 8);
      f32.store(packed, f32.load(x3 + k), 12);
      packed += 16;
    }
    x += 4 * xRow;
  }
  for (let k: usize = 0; k < end && r < rows; k += 4) {
    for (let row = 0; row < 4; row++) {
      f32.store(packed + (<usize>row << 2), r + row < rows ? f32.load(x + <usize>row * xRow + k) : 0);
    }
    packed += 16;
  }
}
