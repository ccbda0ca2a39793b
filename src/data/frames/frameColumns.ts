/** Means and deviations of the numbers of a frame. */
import type { Column } from "../encoding.ts";
import type { FrameFile } from "./frameSequence.ts";

export interface FrameColumns {
  readonly columns: readonly Column[];
  /** Those that never change, from which nothing can be learnt. */
  readonly constant: readonly string[];
}

/** Over all frames that are trained on; two passes, since a sum of squares of large numbers would drown in rounding. */
export function frameColumns(
  { names, sequences }: FrameFile,
  trained: Int32Array,
  standardize: boolean,
): FrameColumns {
  const width = names.length;
  const sums = (term: (value: number, band: number) => number): Float64Array => {
    const sum = new Float64Array(width);
    for (const sequence of trained) {
      const { values } = sequences[sequence];
      for (let k = 0; k < values.length; k++) sum[k % width] += term(values[k], k % width);
    }
    return sum;
  };
  let count = 0;
  for (const sequence of trained) count += sequences[sequence].steps;
  const means = sums((value) => value).map((sum) => sum / count);
  const deviations = sums((value, band) => (value - means[band]) ** 2).map((sum) =>
    Math.sqrt(sum / count),
  );
  const first = sequences[trained[0]].values;
  const changes = sums((value, band) => +(value !== first[band]));
  return {
    columns: names.map((name, band) => {
      if (!standardize) return { name, mean: 0, deviation: 1 };
      if (changes[band] === 0) return { name, mean: first[band], deviation: 1 };
      return { name, mean: means[band], deviation: deviations[band] || 1 };
    }),
    constant: names.filter((_, band) => changes[band] === 0),
  };
}
