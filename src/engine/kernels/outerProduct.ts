/**
 * Weight gradients: out += leftᵀ · right, summed over the rows that both share, T·B of them.
 *
 * Walking down a column of a row-major matrix whose stride is a power of two lands in the same few
 * cache lines again and again, so blocks of rows are first copied into panels in which the four columns of
 * a block of sums lie together.
 */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "./kernels.ts";

const tile = 4;
const rowsPerBlock = 128;
const columnsPerBlock = 64;

/** Space for the panels, so that nothing is allocated while a pass runs. */
export interface OuterScratch {
  readonly left: Real;
  readonly right: Real;
}

export const createOuterScratch = (allocate: (length: number) => Real): OuterScratch => ({
  left: allocate(rowsPerBlock * tile),
  right: allocate(rowsPerBlock * columnsPerBlock),
});

export function createAccumulateOuter(scratch: OuterScratch): Kernels["accumulateOuter"] {
  return (
    out,
    outOffset,
    left,
    leftOffset,
    leftStride,
    leftColumns,
    right,
    rightOffset,
    rightStride,
    rightColumns,
    rows,
  ) => {
    for (let row = 0; row < rows; row += rowsPerBlock) {
      const count = Math.min(rowsPerBlock, rows - row);
      for (let n = 0; n < rightColumns; n += columnsPerBlock) {
        const width = Math.min(columnsPerBlock, rightColumns - n);
        const panels = Math.ceil(width / tile);
        for (let panel = 0; panel < panels; panel++) {
          const from = rightOffset + row * rightStride + n + panel * tile;
          const columns = Math.min(tile, width - panel * tile);
          copyPanel(scratch.right, panel * tile * count, right, from, rightStride, columns, count);
        }
        for (let m = 0; m < leftColumns; m += tile) {
          const height = Math.min(tile, leftColumns - m);
          copyPanel(
            scratch.left,
            0,
            left,
            leftOffset + row * leftStride + m,
            leftStride,
            height,
            count,
          );
          const to = outOffset + m * rightColumns + n;
          multiplyPanels(out, to, rightColumns, scratch.left, scratch.right, height, width, count);
        }
      }
    }
  };
}

/** Copies up to four columns of `count` rows into [count][4], the rest zero. */
function copyPanel(
  panel: Real,
  to: number,
  source: Real,
  from: number,
  stride: number,
  columns: number,
  count: number,
) {
  for (let row = 0; row < count; row++) {
    panel[to] = source[from];
    panel[to + 1] = columns > 1 ? source[from + 1] : 0;
    panel[to + 2] = columns > 2 ? source[from + 2] : 0;
    panel[to + 3] = columns > 3 ? source[from + 3] : 0;
    to += tile;
    from += stride;
  }
}

/** out (height,width) += leftᵀ · right, one panel of left against all panels of right. */
function multiplyPanels(
  out: Real,
  outOffset: number,
  outStride: number,
  left: Real,
  right: Real,
  height: number,
  width: number,
  count: number,
) {
  for (let n = 0; n < width; n += tile) {
    let l = 0;
    let r = n * count;
    let s00 = 0,
      s01 = 0,
      s02 = 0,
      s03 = 0;
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
    for (let row = 0; row < count; row++) {
      const b0 = right[r];
      const b1 = right[r + 1];
      const b2 = right[r + 2];
      const b3 = right[r + 3];
      r += tile;
      const a0 = left[l];
      s00 += a0 * b0;
      s01 += a0 * b1;
      s02 += a0 * b2;
      s03 += a0 * b3;
      const a1 = left[l + 1];
      s10 += a1 * b0;
      s11 += a1 * b1;
      s12 += a1 * b2;
      s13 += a1 * b3;
      const a2 = left[l + 2];
      s20 += a2 * b0;
      s21 += a2 * b1;
      s22 += a2 * b2;
      s23 += a2 * b3;
      const a3 = left[l + 3];
      s30 += a3 * b0;
      s31 += a3 * b1;
      s32 += a3 * b2;
      s33 += a3 * b3;
      l += tile;
    }
    const columns = Math.min(tile, width - n);
    const to = outOffset + n;
    addRow(out, to, columns, s00, s01, s02, s03);
    if (height > 1) addRow(out, to + outStride, columns, s10, s11, s12, s13);
    if (height > 2) addRow(out, to + 2 * outStride, columns, s20, s21, s22, s23);
    if (height > 3) addRow(out, to + 3 * outStride, columns, s30, s31, s32, s33);
  }
}

function addRow(
  out: Real,
  to: number,
  columns: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
) {
  out[to] += s0;
  if (columns > 1) out[to + 1] += s1;
  if (columns > 2) out[to + 2] += s2;
  if (columns > 3) out[to + 3] += s3;
}
