/** What a network's output says, in the data's own words and units. */
import { classesOf, decodeNumber, outputColumns, type Encoding } from "./encoding.ts";
import { visible } from "./tokens.ts";

export interface OutputDescription {
  /** The most probable classes, first to last, at most eight. */
  readonly predictions?: readonly { readonly label: string; readonly probability: number }[];
  readonly forecast?: readonly {
    readonly name: string;
    readonly predicted: number;
    /** σ in the same units, where the network says how sure it is. */
    readonly deviation?: number;
  }[];
}

const mostPredictions = 8;

/** @param output (O) logits or values of one step @param deviations (O) of values, where they are known */
export function describeOutput(
  encoding: Encoding,
  output: ArrayLike<number>,
  deviations?: ArrayLike<number>,
): OutputDescription {
  const classes = classesOf(encoding);
  if (classes) return { predictions: mostProbable(output, classes) };
  if (encoding.kind === "table") {
    return {
      forecast: outputColumns(encoding).map((column, index) => ({
        name: column.name,
        predicted: decodeNumber(output[index], column),
        ...(deviations && { deviation: deviations[index] * column.deviation }),
      })),
    };
  }
  const names = encoding.kind === "synthetic" ? (encoding.outputNames ?? []) : [];
  return {
    forecast: names.map((name, index) => ({
      name,
      predicted: output[index],
      ...(deviations && { deviation: deviations[index] }),
    })),
  };
}

function mostProbable(
  logits: ArrayLike<number>,
  classes: readonly string[],
): { label: string; probability: number }[] {
  let largest = -Infinity;
  for (let index = 0; index < logits.length; index++) largest = Math.max(largest, logits[index]);
  let sum = 0;
  const best: number[] = [];
  for (let index = 0; index < logits.length; index++) {
    sum += Math.exp(logits[index] - largest);
    if (best.length === mostPredictions && logits[index] <= logits[best[mostPredictions - 1]])
      continue;
    const place = best.findIndex((other) => logits[other] < logits[index]);
    best.splice(place < 0 ? best.length : place, 0, index);
    if (best.length > mostPredictions) best.pop();
  }
  return best.map((index) => ({
    label: visible(classes[index]),
    probability: Math.exp(logits[index] - largest) / sum,
  }));
}
