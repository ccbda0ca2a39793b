/**
 * Matrix products in plain TypeScript, blocked for registers: sixteen sums in local variables make
 * eight loads serve sixteen multiply-adds, which is three times the speed of a dot product per
 * element. Sums are doubles whatever the arrays hold (`Math.fround` would cost more than it saves),
 * and each runs over k in order, so that a row's result does not depend on the rows beside it.
 */
import type { Real } from "../../trace/trace.ts";
import type { PackedWeight } from "./kernels.ts";

/** Columns of a panel, and rows and columns of a block of sums. */
const tile = 4;

/** Rows of x that stay in the cache while every panel of the weight passes by. */
const rowsPerChunk = 64;

/** A packed weight is panels [N/4][K][4]: the four outputs that one block of sums needs lie together. */
export const packedLength = (outputs: number, inputs: number): number =>
  Math.ceil(outputs / tile) * tile * inputs;

export function pack(packed: PackedWeight, weight: Real, offset: number): void {
  packStrided(packed, weight, offset, packed.inputs, 1);
}

export function packTransposed(packed: PackedWeight, weight: Real, offset: number): void {
  packStrided(packed, weight, offset, 1, packed.outputs);
}

function packStrided(
  packed: PackedWeight,
  weight: Real,
  offset: number,
  outputStride: number,
  inputStride: number,
) {
  const { data, outputs, inputs } = packed;
  for (let n = 0; n < outputs; n++) {
    let from = offset + n * outputStride;
    let to = (n - (n % tile)) * inputs + (n % tile);
    for (let k = 0; k < inputs; k++) {
      data[to] = weight[from];
      from += inputStride;
      to += tile;
    }
  }
}

export function multiply(
  out: Real,
  outOffset: number,
  outStride: number,
  x: Real,
  xOffset: number,
  xStride: number,
  weight: PackedWeight,
  rows: number,
  accumulate: boolean,
): void {
  for (let row = 0; row < rows; row += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, rows - row);
    const whole = count - (count % tile);
    const outRow = outOffset + row * outStride;
    const xRow = xOffset + row * xStride;
    multiplyBlocks(out, outRow, outStride, x, xRow, xStride, weight, whole, accumulate);
    multiplyRows(
      out,
      outRow + whole * outStride,
      outStride,
      x,
      xRow + whole * xStride,
      xStride,
      weight,
      count - whole,
      accumulate,
    );
  }
}

/** `multiply` for a number of rows that is a multiple of four. */
function multiplyBlocks(
  out: Real,
  outOffset: number,
  outStride: number,
  x: Real,
  xOffset: number,
  xStride: number,
  weight: PackedWeight,
  rows: number,
  accumulate: boolean,
) {
  const { data, outputs, inputs } = weight;
  for (let n = 0; n < outputs; n += tile) {
    const columns = Math.min(tile, outputs - n);
    for (let row = 0; row < rows; row += tile) {
      let x0 = xOffset + row * xStride;
      let x1 = x0 + xStride;
      let x2 = x1 + xStride;
      let x3 = x2 + xStride;
      let w = n * inputs;
      let s00 = 0, s01 = 0, s02 = 0, s03 = 0; // oxfmt-ignore
      let s10 = 0,
        s11 = 0,
        s12 = 0,
        s13 = 0;
      let s20 = 0,
        s21 = 0,
        s22 = 0,
        s23 = 0;
      let s30 = 0,
        s31 = 0,
        s32 = 0,
        s33 = 0;
      for (let k = 0; k < inputs; k++) {
        const w0 = data[w];
        const w1 = data[w + 1];
        const w2 = data[w + 2];
        const w3 = data[w + 3];
        w += tile;
        const a = x[x0++];
        s00 += a * w0;
        s01 += a * w1;
        s02 += a * w2;
        s03 += a * w3;
        const b = x[x1++];
        s10 += b * w0;
        s11 += b * w1;
        s12 += b * w2;
        s13 += b * w3;
        const c = x[x2++];
        s20 += c * w0;
        s21 += c * w1;
        s22 += c * w2;
        s23 += c * w3;
        const d = x[x3++];
        s30 += d * w0;
        s31 += d * w1;
        s32 += d * w2;
        s33 += d * w3;
      }
      let to = outOffset + row * outStride + n;
      storeRow(out, to, columns, accumulate, s00, s01, s02, s03);
      to += outStride;
      storeRow(out, to, columns, accumulate, s10, s11, s12, s13);
      to += outStride;
      storeRow(out, to, columns, accumulate, s20, s21, s22, s23);
      to += outStride;
      storeRow(out, to, columns, accumulate, s30, s31, s32, s33);
    }
  }
}

/** `multiply` row by row: what is left over from the blocks, and all of it when B is 1. */
function multiplyRows(
  out: Real,
  outOffset: number,
  outStride: number,
  x: Real,
  xOffset: number,
  xStride: number,
  weight: PackedWeight,
  rows: number,
  accumulate: boolean,
) {
  const { data, outputs, inputs } = weight;
  for (let row = 0; row < rows; row++) {
    const from = xOffset + row * xStride;
    for (let n = 0; n < outputs; n += tile) {
      let w = n * inputs;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < inputs; k++) {
        const a = x[from + k];
        s0 += a * data[w];
        s1 += a * data[w + 1];
        s2 += a * data[w + 2];
        s3 += a * data[w + 3];
        w += tile;
      }
      storeRow(
        out,
        outOffset + row * outStride + n,
        Math.min(tile, outputs - n),
        accumulate,
        s0,
        s1,
        s2,
        s3,
      );
    }
  }
}

/** Writes or adds the first `columns` of four sums. */
function storeRow(
  out: Real,
  to: number,
  columns: number,
  accumulate: boolean,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
) {
  if (accumulate) {
    out[to] += s0;
    if (columns > 1) out[to + 1] += s1;
    if (columns > 2) out[to + 2] += s2;
    if (columns > 3) out[to + 3] += s3;
  } else {
    out[to] = s0;
    if (columns > 1) out[to + 1] = s1;
    if (columns > 2) out[to + 2] = s2;
    if (columns > 3) out[to + 3] = s3;
  }
}
