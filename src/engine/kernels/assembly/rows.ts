/** Passes over rows; the specification is ../rows.ts. */

/** out (rows,columns): `vector` (columns) in each row. */
export function fillRows(out: usize, vector: usize, rows: i32, columns: i32): void {
  const bytes = (<usize>columns) << 2;
  for (let row = 0; row < rows; row++) {
    memory.copy(out, vector, bytes);
    out += bytes;
  }
}

/** out (columns) += the sum of rows of source (rows,columns), four columns at a time down all rows. */
export function accumulateColumnSums(out: usize, source: usize, rows: i32, columns: i32): void {
  const stride = (<usize>columns) << 2;
  const fours = (<usize>(columns & ~3)) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) {
      v128.store(out + k, f32x4.add(v128.load(out + k), v128.load(source + k)));
    }
    for (let k = fours; k < stride; k += 4)
      store<f32>(out + k, load<f32>(out + k) + load<f32>(source + k));
    source += stride;
  }
}

/** out (columns) += the sum over rows of left ⊙ right; strides are in floats. */
export function accumulateColumnProducts(out: usize, columns: i32, left: usize, leftStride: i32, right: usize, rightStride: i32, rows: i32): void {
  const fours = (<usize>(columns & ~3)) << 2;
  const end = (<usize>columns) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) {
      const product = f32x4.mul(v128.load(left + k), v128.load(right + k));
      v128.store(out + k, f32x4.add(v128.load(out + k), product));
    }
    for (let k = fours; k < end; k += 4) {
      f32.store(out + k, f32.load(out + k) + f32.load(left + k) * f32.load(right + k));
    }
    left += <usize>leftStride << 2;
    right += <usize>rightStride << 2;
  }
}

/** out (count,width): runs of `width` numbers that begin `stride` apart in `source`. */
export function gatherRuns(out: usize, source: usize, stride: i32, width: i32, count: i32): void {
  const step = (<usize>stride) << 2;
  const fours = (<usize>(width & ~3)) << 2;
  const end = (<usize>width) << 2;
  for (let run = 0; run < count; run++) {
    for (let k: usize = 0; k < fours; k += 16) v128.store(out + k, v128.load(source + k));
    for (let k = fours; k < end; k += 4) store<u32>(out + k, load<u32>(source + k));
    out += end;
    source += step;
  }
}
