/** Passes over rows: biases, and the lookups that stand for a product with one-hot vectors. */
import type { Real } from "../../trace/trace.ts";

export function fillRows(out: Real, vector: Real, rows: number): void {
  for (let row = 0; row < rows; row++) out.set(vector, row * vector.length);
}

export function accumulateColumnSums(out: Real, source: Real, row: number, rows: number): void {
  const columns = out.length;
  for (let r = row; r < row + rows; r++) {
    const from = r * columns;
    for (let column = 0; column < columns; column++) out[column] += source[from + column];
  }
}

export function accumulateColumnProducts(
  out: Real,
  outOffset: number,
  columns: number,
  left: Real,
  leftOffset: number,
  leftStride: number,
  right: Real,
  rightOffset: number,
  rightStride: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    const l = leftOffset + row * leftStride;
    const r = rightOffset + row * rightStride;
    for (let k = 0; k < columns; k++) out[outOffset + k] += left[l + k] * right[r + k];
  }
}

export function gatherColumns(
  out: Real,
  weight: Real,
  index: Int32Array,
  rows: number,
  outputs: number,
  inputs: number,
): void {
  for (let row = 0; row < rows; row++) {
    let from = index[row];
    if (from < 0) continue;
    const to = row * outputs;
    for (let n = 0; n < outputs; n++) {
      out[to + n] += weight[from];
      from += inputs;
    }
  }
}

export function scatterColumns(
  weightGradient: Real,
  gradient: Real,
  index: Int32Array,
  rows: number,
  outputs: number,
  inputs: number,
): void {
  for (let row = 0; row < rows; row++) {
    let to = index[row];
    if (to < 0) continue;
    const from = row * outputs;
    for (let n = 0; n < outputs; n++) {
      weightGradient[to] += gradient[from + n];
      to += inputs;
    }
  }
}

export function gatherRows(
  out: Real,
  table: Real,
  index: Int32Array,
  rows: number,
  width: number,
): void {
  for (let row = 0; row < rows; row++) {
    const from = index[row] * width;
    const to = row * width;
    for (let column = 0; column < width; column++)
      out[to + column] = from < 0 ? 0 : table[from + column];
  }
}

export function scatterRows(
  tableGradient: Real,
  gradient: Real,
  index: Int32Array,
  rows: number,
  width: number,
): void {
  for (let row = 0; row < rows; row++) {
    const to = index[row] * width;
    if (to < 0) continue;
    const from = row * width;
    for (let column = 0; column < width; column++)
      tableGradient[to + column] += gradient[from + column];
  }
}

export function gatherRuns(
  out: Real | Int32Array,
  outOffset: number,
  source: Real | Int32Array,
  sourceOffset: number,
  stride: number,
  width: number,
  count: number,
): void {
  for (let run = 0; run < count; run++) {
    const from = sourceOffset + run * stride;
    const to = outOffset + run * width;
    for (let k = 0; k < width; k++) out[to + k] = source[from + k];
  }
}
