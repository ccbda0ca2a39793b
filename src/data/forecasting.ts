/** Going on beyond the end of a table: predictions are fed back as the next row's inputs. */
import { UserError } from "../config/problem.ts";
import type { Batch } from "../trace/batch.ts";
import type { Dataset } from "./dataset.ts";
import { decodeNumber, encodeNumber, type TableEncoding } from "./encoding.ts";

export interface ForecastStart {
  /** The last rows of the table, B = 1, without target. */
  readonly batch: Batch;
  /** Names of the predicted columns. */
  readonly names: readonly string[];
  /** The targets of the row after the last one that was read, in the data's own units. */
  readonly predicted: (output: ArrayLike<number>) => readonly number[];
  /**
   * The inputs of that row: what was predicted where a target is also an input; every other input stays as it was in the row
   * before, since nothing better is known. (I) → (I)
   */
  readonly nextInput: (previous: ArrayLike<number>, output: ArrayLike<number>) => Float32Array;
}

/**
 * @param steps rows to read before the forecast begins; fewer when the table has fewer
 * @throws UserError when the model does not predict what comes next
 */
export function startForecast(
  dataset: Pick<Dataset, "encoding" | "lastRows">,
  steps: number,
): ForecastStart {
  const { encoding, lastRows } = dataset;
  if (encoding.kind !== "table" || !lastRows) {
    throw new UserError(
      "no-forecast",
      "Only a model of a table can forecast: this one reads something else.",
      { path: ["data", "kind"] },
    );
  }
  if (encoding.horizon === 0) {
    throw new UserError(
      "no-forecast",
      "This model predicts each row from itself, not the next one.",
      { advice: 'Train one with "horizon": 1 or more.', path: ["data", "horizon"] },
    );
  }
  if (encoding.shape === "one-to-many") {
    throw new UserError(
      "no-forecast",
      "A one-to-many model reads a single row, so that it cannot go on from its own predictions.",
      { path: ["data", "shape"] },
    );
  }
  const values = lastRows(encoding.shape === "one-to-one" ? 1 : steps);
  const count = values.length / encoding.inputs.length;
  const sources = feedback(encoding);
  return {
    batch: {
      steps: count,
      size: 1,
      lengths: Int32Array.of(count),
      input: { kind: "dense", values },
      carry: false,
    },
    names: encoding.targets.map(({ name }) => name),
    predicted: (output) =>
      encoding.targets.map((column, index) => decodeNumber(output[index], column)),
    nextInput: (previous, output) =>
      Float32Array.from(encoding.inputs, (column, index) => {
        const source = sources[index];
        if (source < 0) return previous[index];
        return encodeNumber(decodeNumber(output[source], encoding.targets[source]), column);
      }),
  };
}

/** For each input the target with the same name, or −1. */
const feedback = ({ inputs, targets }: TableEncoding): number[] =>
  inputs.map((column) => targets.findIndex((target) => target.name === column.name));
