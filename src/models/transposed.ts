/** A matrix the other way round: most frameworks but PyTorch keep (inputs, outputs). */
import type { Real } from "../trace/trace.ts";

/** (columns,rows) from `values` (rows,columns); always a copy. */
export function transposed<Numbers extends Real>(
  values: Numbers,
  rows: number,
  columns: number,
): Numbers {
  const out = values.slice() as Numbers;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = values[row * columns + column];
    }
  }
  return out;
}
