/** Gradients of weights: products summed over the rows that both operands share, T·B of them. */
import { packColumns, packTransposed } from "./pack";
import { edgeTile, PANEL, tallTile, tall, tile } from "./tiles";

/** Rows that are packed at a time, so that a block stays in the second-level cache. */
const BLOCK: i32 = 256;

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
      let m = 0;
      if (tall && columns == PANEL) {
        for (; m + 4 <= M; m += 4) {
          const a = packedLeft + (<usize>(m * rows) << 2);
          tallTile(out + <usize>m * outRow + (<usize>n << 2), outRow, a, 4, 16, panel, rows, true);
        }
      }
      for (; m < M; m += 2) {
        const some = min(2, M - m);
        const a = packedLeft + (<usize>((m & ~3) * rows + (m & 3)) << 2);
        const to = out + <usize>m * outRow + (<usize>n << 2);
        if (some == 2 && columns == PANEL) tile(to, to + outRow, a, a + 4, 16, panel, rows, true);
        else edgeTile(to, outRow, some, columns, a, some == 2 ? a + 4 : a, 16, panel, rows, true, scratch);
      }
    }
  }
}
