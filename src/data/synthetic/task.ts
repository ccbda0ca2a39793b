/** What a synthetic task is: a generator of sequences with a known answer. */
import type { LossConfig } from "../../config/schema.ts";
import type { Baseline } from "../dataset.ts";
import { errorMeter } from "../errorMeter.ts";
import type { SyntheticEncoding } from "../encoding.ts";
import type { Example, Layout } from "../split.ts";

export interface Task {
  readonly encoding: SyntheticEncoding;
  readonly layout: Layout;
  /** Steps of the longest sequence. */
  readonly steps: number;
  /** The same numbers from `uniform` give the same sequence. */
  generate(uniform: () => number): Example;
  /** One line about a sequence, for lists. */
  describe(example: Example): string;
  /** What chance, or a solver without memory, reaches on these sequences, in the loss that is trained. */
  baselines(examples: readonly Example[], loss: LossConfig | undefined): readonly Baseline[];
}

/** Mean loss over all positions that have one, of a solver whose loss at each is known. */
export function meanLoss(
  examples: readonly Example[],
  lossAt: (example: Example, position: number, index: number) => number,
): number {
  let sum = 0;
  let count = 0;
  for (const [index, example] of examples.entries()) {
    example.weights.forEach((weight, position) => {
      if (weight === 0) return;
      sum += lossAt(example, position, index);
      count++;
    });
  }
  return count === 0 ? 0 : sum / count;
}

/** What always answering with the same number costs; nothing for a loss that is not of errors. */
export function constantBaseline(
  examples: readonly Example[],
  answer: number,
  loss: LossConfig | undefined,
): readonly Baseline[] {
  const meter = errorMeter(loss, 1, false);
  if (!meter) return [];
  for (const { target, weights } of examples) {
    weights.forEach((weight, position) => {
      if (weight > 0) meter.add(0, target[position] - answer);
    });
  }
  const unit =
    loss === undefined || loss.kind === "mean-squared-error" ? "mean squared error" : meter.unit;
  return [{ name: `always ${answer}`, loss: meter.mean(), unit }];
}

/** Tokens as their symbols, side by side. */
export const spell = (tokens: ArrayLike<number>, symbols: readonly string[]): string =>
  Array.from(tokens, (token) => symbols[token]).join("");
