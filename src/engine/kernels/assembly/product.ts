/**
 * Products with a weight. Everything is float32 and row-major but what is packed (pack.ts):
 *
 *   packed W   [⌈N/16⌉][K][16]   columns of the product in panels of 16, zero-padded
 */
import { packRows } from "./pack";
import { edgeTile, PANEL, rowTile, tall, tallTile, tile } from "./tiles";

/** Steps of k after which the next panel is begun: so much of a panel stays in the first-level cache. */
const DEPTH: i32 = 256;
/** Rows of x that are packed at a time; with DEPTH they stay in the second-level cache. */
const ROWS: i32 = 64;
/** Columns of the product for which packing rows of x pays, and rows. */
const PACKED_COLUMNS: i32 = 32;
const PACKED_ROWS: i32 = 4;
/** Floats before the packed rows in scratch, for a tile. */
const TILE: i32 = 32;

/** Floats of scratch that `multiply` needs. */
export function multiplyScratchLength(): i32 {
  return TILE + ROWS * DEPTH;
}

/** y (R,N) = or += x (R,K) · W (K,N), W packed. Strides are in floats. */
export function multiply(y: usize, yStride: i32, x: usize, xStride: i32, packed: usize, R: i32, N: i32, K: i32, accumulate: bool, scratch: usize): void {
  const yRow = <usize>yStride << 2;
  const xRow = <usize>xStride << 2;
  if (R == 1) return multiplyRow(y, x, packed, N, K, accumulate, scratch);
  const packs = R >= PACKED_ROWS && N >= PACKED_COLUMNS;
  const rowsAtOnce = packs ? ROWS : R;
  const packedRows = scratch + (TILE << 2);
  for (let row = 0; row < R; row += rowsAtOnce) {
    const rows = min(rowsAtOnce, R - row);
    for (let k = 0; k < K; k += DEPTH) {
      const depth = min(DEPTH, K - k);
      const adds = accumulate || k > 0;
      const from = x + (<usize>k << 2) + <usize>row * xRow;
      if (packs) packRows(packedRows, from, xRow, rows, depth);
      for (let n = 0; n < N; n += PANEL) {
        const panel = packed + (<usize>(n * K + k * PANEL) << 2);
        const to = y + <usize>row * yRow + (<usize>n << 2);
        const columns = min(PANEL, N - n);
        if (packs) multiplyPacked(to, yRow, packedRows, panel, rows, columns, depth, adds, scratch);
        else multiplyPanel(to, yRow, from, xRow, panel, rows, columns, depth, adds, scratch);
      }
    }
  }
}

/** One panel's columns of rows of x that are packed in fours. */
// @ts-ignore: decorator
@inline
function multiplyPacked(y: usize, yRow: usize, packedRows: usize, panel: usize, rows: i32, columns: i32, depth: i32, adds: bool, scratch: usize): void {
  let r = 0;
  if (tall && columns == PANEL) {
    for (; r + 4 <= rows; r += 4) {
      tallTile(y + <usize>r * yRow, yRow, packedRows + (<usize>(r * depth) << 2), 4, 16, panel, depth, adds);
    }
  }
  for (; r < rows; r += 2) {
    const to = y + <usize>r * yRow;
    const x0 = packedRows + (<usize>((r & ~3) * depth + (r & 3)) << 2);
    if (r + 2 <= rows && columns == PANEL) tile(to, to + yRow, x0, x0 + 4, 16, panel, depth, adds);
    else edgeTile(to, yRow, min(2, rows - r), columns, x0, x0 + 4, 16, panel, depth, adds, scratch);
  }
}

/** One panel's columns of rows of x where they are. */
// @ts-ignore: decorator
@inline
function multiplyPanel(y: usize, yRow: usize, x: usize, xRow: usize, panel: usize, rows: i32, columns: i32, depth: i32, adds: bool, scratch: usize): void {
  let r = 0;
  if (tall && columns == PANEL) {
    for (; r + 4 <= rows; r += 4) {
      tallTile(y + <usize>r * yRow, yRow, x + <usize>r * xRow, xRow, 4, panel, depth, adds);
    }
  }
  for (; r < rows; r += 2) {
    const to = y + <usize>r * yRow;
    const x0 = x + <usize>r * xRow;
    const x1 = r + 2 <= rows ? x0 + xRow : x0;
    if (r + 2 <= rows && columns == PANEL) tile(to, to + yRow, x0, x1, 4, panel, depth, adds);
    else edgeTile(to, yRow, min(2, rows - r), columns, x0, x1, 4, panel, depth, adds, scratch);
  }
}

/** The single row of a batch of one. */
function multiplyRow(y: usize, x: usize, packed: usize, N: i32, K: i32, accumulate: bool, scratch: usize): void {
  const panelBytes = <usize>K << 6;
  let n = 0;
  for (; n + 2 * PANEL <= N; n += 2 * PANEL) {
    const w = packed + (<usize>(n * K) << 2);
    rowTile(y + (<usize>n << 2), x, w, w + panelBytes, K, accumulate);
  }
  for (; n < N; n += PANEL) {
    const w = packed + (<usize>(n * K) << 2);
    edgeTile(y + (<usize>n << 2), 0, 1, min(PANEL, N - n), x, x, 4, w, K, accumulate, scratch);
  }
}
