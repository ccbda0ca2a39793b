/** One update of the weights from one batch, and what to say when its numbers are no numbers. */
import { backward, firstNonFinite, forward, zeroGradients, type Pass } from "../engine/bptt.ts";
import { clipGradients } from "../engine/clip.ts";
import type { Optimizer } from "../engine/optimizers/optimizer.ts";
import type { TrainingConfig } from "../config/schema.ts";
import type { Batch } from "../trace/batch.ts";
import type { UpdateMeasurement } from "./measurements.ts";

/**
 * `overflow` says what is not finite; the weights are then as they were before. Neither is there after
 * a batch without a target, which only moves the state forward to where a loss is taken.
 */
export interface UpdateOutcome {
  readonly measured?: UpdateMeasurement;
  readonly overflow?: string;
}

export function trainOn(
  batch: Batch,
  { pass, optimizer, clip }: { pass: Pass; optimizer: Optimizer; clip: TrainingConfig["clip"] },
): UpdateOutcome {
  const { model } = pass;
  const { loss, weight } = forward(pass, batch);
  if (!Number.isFinite(loss)) return { overflow: describeOverflow("The loss", loss, pass) };
  if (!batch.target) return {};
  zeroGradients(model);
  backward(pass);
  const { norm, clippedNorm } = clipGradients(model.parameters, clip);
  if (!Number.isFinite(norm)) return { overflow: describeOverflow("The gradient", norm, pass) };
  optimizer.step();
  return { measured: { loss, weight, gradientNorm: norm, clippedNorm } };
}

/** "The loss became NaN: layer 0 was the first … at time step 12 …" */
function describeOverflow(what: string, value: number, pass: Pass): string {
  const became = `${what} became ${Number.isNaN(value) ? "NaN" : "infinite"}`;
  const first = firstNonFinite(pass);
  if (!first) return became;
  const layer = first.layer === undefined ? "" : ` of layer ${first.layer}`;
  return `${became}; it began in ${first.tensor}${layer}, at time step ${first.t}, unit ${first.unit}`;
}
