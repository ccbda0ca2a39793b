/**
 * Columns of a weight (N,K) that one-hot vectors choose, and their gradient. A column's elements lie K apart, so the weight
 * is turned round first, once for all rows; the specification is ../rows.ts.
 */

/** turned (K,N) = weightᵀ, in blocks that stay in the first-level cache. */
function turn(turned: usize, weight: usize, N: i32, K: i32): void {
  for (let n = 0; n < N; n += 16) {
    const end = min(n + 16, N);
    for (let k = 0; k < K; k++) {
      const to = turned + (<usize>(k * N) << 2);
      for (let j = n; j < end; j++) {
        f32.store(to + (<usize>j << 2), f32.load(weight + (<usize>(j * K + k) << 2)));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addRow(out: usize, x: usize, N: i32): void {
  const fours = <usize>(N & ~3) << 2;
  const end = <usize>N << 2;
  for (let k: usize = 0; k < fours; k += 16) v128.store(out + k, f32x4.add(v128.load(out + k), v128.load(x + k)));
  for (let k = fours; k < end; k += 4) f32.store(out + k, f32.load(out + k) + f32.load(x + k));
}

/** out (rows,N) += the columns `index[row]`; `scratch` holds K · N floats. */
export function gatherColumns(out: usize, weight: usize, index: usize, rows: i32, N: i32, K: i32, scratch: usize): void {
  turn(scratch, weight, N, K);
  for (let row = 0; row < rows; row++) {
    const column = i32.load(index + (<usize>row << 2));
    if (column >= 0) addRow(out + (<usize>(row * N) << 2), scratch + (<usize>(column * N) << 2), N);
  }
}

/** The columns `index[row]` of weightGradient (N,K) += gradient (rows,N); `scratch` holds K · N floats. */
export function scatterColumns(weightGradient: usize, gradient: usize, index: usize, rows: i32, N: i32, K: i32, scratch: usize): void {
  memory.fill(scratch, 0, <usize>(N * K) << 2);
  for (let row = 0; row < rows; row++) {
    const column = i32.load(index + (<usize>row << 2));
    if (column >= 0) addRow(scratch + (<usize>(column * N) << 2), gradient + (<usize>(row * N) << 2), N);
  }
  for (let n = 0; n < N; n += 16) {
    const end = min(n + 16, N);
    for (let k = 0; k < K; k++) {
      const from = scratch + (<usize>(k * N) << 2);
      for (let j = n; j < end; j++) {
        const to = weightGradient + (<usize>(j * K + k) << 2);
        f32.store(to, f32.load(to) + f32.load(from + (<usize>j << 2)));
      }
    }
  }
}
