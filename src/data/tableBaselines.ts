/** Losses to beat in a forecast. */
import type { LossConfig } from "../config/schema.ts";
import type { Baseline } from "./dataset.ts";
import { outputColumns, type TableEncoding } from "./encoding.ts";
import { errorMeter } from "./errorMeter.ts";
import type { Split } from "./split.ts";
import { windowSteps, type TableRows } from "./tableWindows.ts";

/**
 * Losses over exactly the positions that the validation loss is taken at, of two forecasters without a network: one says that the targets stay as
 * they were in the last row that was read (with horizon 0, the row before it), the other always says the mean of the training rows. In the loss that is
 * trained. Empty when nothing is validated, and for a loss that is not of errors.
 */
export function tableBaselines(
  rows: TableRows,
  encoding: TableEncoding,
  validation: Split,
  [from]: readonly [number, number],
  options: { readonly standardized: boolean; readonly loss: LossConfig | undefined },
): Baseline[] {
  if (validation.sequenceCount === 0) return [];
  const { shape, horizon } = encoding;
  const width = encoding.targets.length;
  const outputs = outputColumns(encoding).length;
  const steps = windowSteps({ shape, window: validation.steps });
  const readsOnce = shape === "one-to-many";
  const losses = validation.layout.output.at === "last-step" ? 1 : steps;
  const { standardized, loss: trained } = options;
  const persistence = errorMeter(trained, outputs, standardized);
  const mean = errorMeter(trained, outputs, standardized);
  if (!persistence || !mean) return [];
  for (let index = 0; index < validation.sequenceCount; index++) {
    for (let loss = 0; loss < losses; loss++) {
      const row = from + index + steps - losses + loss;
      const known = (readsOnce ? from + index : row) - (horizon === 0 ? 1 : 0);
      const first = (row + Math.min(1, horizon)) * width;
      for (let output = 0; output < outputs; output++) {
        const truth = rows.targets[first + output];
        persistence.add(output, truth - rows.targets[known * width + (output % width)]);
        // Standardised, the mean is zero.
        mean.add(output, truth);
      }
    }
  }
  const { unit } = persistence;
  const baselines: Baseline[] = [{ name: "same as the last row", loss: persistence.mean(), unit }];
  if (standardized) baselines.push({ name: "mean of the training rows", loss: mean.mean(), unit });
  return baselines;
}
