/** What a simple forecaster's errors cost under the loss that a network is trained with, so that the two compare. */
import type { LossConfig } from "../config/schema.ts";

export interface ErrorMeter {
  /** The unit of `mean`. */
  readonly unit: string;
  /** The error of a forecast of output number `output`. */
  add(output: number, error: number): void;
  /** 0 when nothing was added. */
  mean(): number;
}

/**
 * Undefined for losses that are not of errors: of classes, and of a yes or no each. A Gaussian forecaster needs a variance as
 * well: it gets the one that fits its errors best, so that its loss is ½ (1 + log of their mean square) for each output.
 */
export function errorMeter(
  loss: LossConfig | undefined,
  outputs: number,
  isStandardized: boolean,
): ErrorMeter | undefined {
  const sums = new Float64Array(outputs);
  const counts = new Float64Array(outputs);
  const meter = (
    unit: string,
    costOf: (error: number) => number,
    finish: (mean: number) => number = (mean) => mean,
  ): ErrorMeter => ({
    unit,
    add(output, error) {
      sums[output] += costOf(error);
      counts[output]++;
    },
    mean() {
      const means = Array.from(sums, (sum, k) => (counts[k] === 0 ? 0 : finish(sum / counts[k])));
      return means.reduce((total, mean) => total + mean, 0) / outputs;
    },
  });
  const units = isStandardized ? "standard deviations" : "units";
  switch (loss?.kind) {
    case undefined:
    case "mean-squared-error":
      return meter(`${units}²`, square);
    case "mean-absolute-error":
      return meter(units, Math.abs);
    case "huber": {
      const { delta } = loss;
      return meter("Huber loss", (error) =>
        Math.abs(error) < delta ? 0.5 * square(error) : delta * (Math.abs(error) - 0.5 * delta),
      );
    }
    case "gaussian":
      return meter("nats per number", square, (mean) => {
        // Errors of nothing at all would be worth −∞.
        return 0.5 * (1 + Math.log(Math.max(mean, 1e-12)));
      });
    default:
      return undefined;
  }
}

const square = (error: number): number => error * error;
