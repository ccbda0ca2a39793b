/** Losses to beat in a forecast. */
import type { Baseline } from "./dataset.ts";
import { outputColumns, type TableEncoding } from "./encoding.ts";
import type { Split } from "./split.ts";
import { windowSteps, type TableRows } from "./tableWindows.ts";

/**
 * Mean squared errors over exactly the positions that the validation loss is taken at, of two forecasters without a
 * network: one says that the targets stay as they were in the last row that was read (with horizon 0, the row before it), the other
 * always says the mean of the training rows. Empty when nothing is validated.
 */
export function tableBaselines(
  rows: TableRows,
  encoding: TableEncoding,
  validation: Split,
  [from]: readonly [number, number],
  standardized: boolean,
): Baseline[] {
  if (validation.sequenceCount === 0) return [];
  const { shape, horizon } = encoding;
  const width = encoding.targets.length;
  const outputs = outputColumns(encoding);
  const steps = windowSteps({ shape, window: validation.steps });
  const readsOnce = shape === "one-to-many";
  const losses = validation.layout.output.at === "last-step" ? 1 : steps;
  let persistence = 0;
  let mean = 0;
  for (let index = 0; index < validation.sequenceCount; index++) {
    for (let loss = 0; loss < losses; loss++) {
      const row = from + index + steps - losses + loss;
      const known = (readsOnce ? from + index : row) - (horizon === 0 ? 1 : 0);
      const first = (row + Math.min(1, horizon)) * width;
      for (let output = 0; output < outputs.length; output++) {
        const truth = rows.targets[first + output];
        persistence += (truth - rows.targets[known * width + (output % width)]) ** 2;
        // Standardised, the mean is zero.
        mean += truth ** 2;
      }
    }
  }
  const count = validation.sequenceCount * losses * outputs.length;
  const unit = standardized ? "standard deviations²" : "units²";
  const baselines: Baseline[] = [{ name: "same as the last row", loss: persistence / count, unit }];
  if (standardized) baselines.push({ name: "mean of the training rows", loss: mean / count, unit });
  return baselines;
}
