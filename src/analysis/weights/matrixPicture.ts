/** A matrix at the resolution at which it is seen: of many weights that share a pixel, the largest shows. */
import { bucketCount, bucketOf } from "../../trace/buckets.ts";
import type { Real } from "../../trace/trace.ts";

export interface MatrixPicture {
  readonly rows: number;
  readonly columns: number;
  /** Float32, (rows, columns) row-major. */
  readonly values: ArrayBuffer;
  /** Largest magnitude of the whole matrix. */
  readonly largest: number;
  readonly notFinite: number;
}

/** `matrix` is row-major with `width` numbers in a row; the answer has at most so many rows and columns. */
export function matrixPicture(
  matrix: Real,
  width: number,
  most: { readonly rows: number; readonly columns: number },
): MatrixPicture {
  const height = width > 0 ? matrix.length / width : 0;
  const rows = bucketCount(height, most.rows);
  const columns = bucketCount(width, most.columns);
  const values = new Float32Array(rows * columns);
  const columnOf = Uint32Array.from({ length: width }, (_, at) => bucketOf(at, width, columns));
  let largest = 0;
  let notFinite = 0;
  for (let y = 0, at = 0; y < height; y++) {
    const row = bucketOf(y, height, rows) * columns;
    for (let x = 0; x < width; x++, at++) {
      const value = matrix[at];
      const cell = row + columnOf[x];
      const size = Math.abs(value);
      if (!Number.isFinite(size)) {
        notFinite++;
        values[cell] = value;
      } else {
        if (size > largest) largest = size;
        // A comparison with NaN is false: what is not finite does not vanish behind a number.
        if (size > Math.abs(values[cell])) values[cell] = value;
      }
    }
  }
  return { rows, columns, values: values.buffer, largest, notFinite };
}
