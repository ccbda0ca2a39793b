/**
 * Which rows of (T·B, ·) buffers hold steps of sequences. Where the sequences of a batch differ in length and the longer ones come
 * first, the padding lies at the end of each step's rows, so that products skip it: the packed sequences of PyTorch
 * and cuDNN, without moving anything.
 */
import type { Real } from "../../trace/trace.ts";

/** Neighbouring rows of one or more whole steps, or the first rows of one. */
export interface RowBlock {
  readonly row: number;
  readonly rows: number;
}

/** Rows of step `t`, from its first to the last that a sequence still needs. */
export function activeRows(lengths: Int32Array, batch: number, t: number): number {
  let rows = batch;
  while (rows > 0 && lengths[rows - 1] <= t) rows--;
  return rows;
}

/** As few blocks as there can be: one, where all sequences are as long. */
export function rowBlocksOf(
  lengths: Int32Array,
  steps: number,
  batch: number,
): readonly RowBlock[] {
  const blocks: RowBlock[] = [];
  let first = 0;
  for (let t = 0; t < steps; t++) {
    const rows = activeRows(lengths, batch, t);
    if (rows === batch) continue;
    if (t * batch + rows > first) blocks.push({ row: first, rows: t * batch + rows - first });
    first = (t + 1) * batch;
  }
  if (steps * batch > first) blocks.push({ row: first, rows: steps * batch - first });
  return blocks;
}

/** Sets what lies between the blocks to 0, in `rows` rows of `width` from `offset` on. */
export function clearBetween(
  blocks: readonly RowBlock[],
  buffer: Real,
  offset: number,
  width: number,
  rows: number,
): void {
  let end = 0;
  for (const block of blocks) {
    buffer.fill(0, offset + end * width, offset + block.row * width);
    end = block.row + block.rows;
  }
  buffer.fill(0, offset + end * width, offset + rows * width);
}
