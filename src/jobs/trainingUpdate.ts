/** Updates of the weights from batches, and what to say when their numbers are no numbers. */
import { backward, firstNonFinite, forward, zeroGradients, type Pass } from "../engine/bptt.ts";
import { clipGradients, scaleGradients } from "../engine/clip.ts";
import { addGradientNoise } from "../engine/gradientNoise.ts";
import { scheduledRate } from "../engine/optimizers/schedule.ts";
import type { TrainingConfig } from "../config/schema.ts";
import type { TrainingProgress } from "../runs/trainingProgress.ts";
import type { Batch } from "../trace/batch.ts";
import type { UpdateMeasurement } from "./measurements.ts";
import type { TrainingSetup } from "./trainingSetup.ts";

/**
 * `overflow` says what is not finite; the weights are then as they were before. Neither is there when no update was
 * made: after a batch without a target, which only moves the state forward to where a loss is taken, and while
 * gradients of several batches come together.
 */
export interface UpdateOutcome {
  readonly measured?: UpdateMeasurement;
  readonly overflow?: string;
}

export interface Updater {
  train(batch: Batch): UpdateOutcome;
  /** Makes an update of the gradients that wait, if any do. */
  flush(): UpdateOutcome;
}

/** The part of a training's progress that updates change. */
export type UpdateProgress = Pick<
  TrainingProgress,
  "epoch" | "update" | "learningRate" | "plateau" | "waiting"
>;

/** All that it remembers is in `progress`, and in the gradients while some wait. */
export function createUpdater(
  setup: Pick<TrainingSetup, "pass" | "optimizer" | "averaged" | "noise" | "updates"> & {
    readonly config: { readonly training: TrainingConfig };
    readonly progress: UpdateProgress;
  },
): Updater {
  const { pass, optimizer, averaged, noise, progress, updates } = setup;
  const { accumulate, clip, schedule, gradientNoise, optimizer: start } = setup.config.training;
  const { model } = pass;
  const { parameters } = model;

  /** From gradients that are complete. */
  const update = (loss: number, weight: number): UpdateOutcome => {
    const { norm, clippedNorm } = clipGradients(parameters, clip);
    if (!Number.isFinite(norm)) return { overflow: describeOverflow("The gradient", norm, pass) };
    if (gradientNoise) addGradientNoise(parameters, gradientNoise, progress.update, noise);
    if (schedule) {
      const rate = scheduledRate(start.learningRate, schedule, { ...progress, updates });
      optimizer.learningRate = rate;
      progress.learningRate = rate;
    }
    optimizer.step();
    averaged?.update();
    return { measured: { loss, weight, gradientNorm: norm, clippedNorm } };
  };

  const flush = (): UpdateOutcome => {
    const { waiting } = progress;
    if (!waiting) return {};
    progress.waiting = undefined;
    const { loss, weight } = waiting;
    if (weight > 0) scaleGradients(parameters, 1 / weight);
    return update(weight > 0 ? loss / weight : 0, weight);
  };

  return {
    flush,
    train(batch) {
      const { loss, weight } = forward(pass, batch);
      if (!Number.isFinite(loss)) return { overflow: describeOverflow("The loss", loss, pass) };
      if (!batch.target) return {};
      if (accumulate === 1) {
        zeroGradients(model);
        backward(pass);
        return update(loss, weight);
      }
      const before = progress.waiting ?? { batches: 0, loss: 0, weight: 0 };
      if (!progress.waiting) zeroGradients(model);
      // What waits is Σ weight · gradient, and backward adds a mean, as if its weight were 1.
      if (weight > 0) {
        scaleGradients(parameters, 1 / weight);
        backward(pass);
        scaleGradients(parameters, weight);
      }
      progress.waiting = {
        batches: before.batches + 1,
        loss: before.loss + loss * weight,
        weight: before.weight + weight,
      };
      return progress.waiting.batches === accumulate ? flush() : {};
    },
  };
}

/** "The loss became NaN: layer 0 was the first … at time step 12 …" */
function describeOverflow(what: string, value: number, pass: Pass): string {
  const became = `${what} became ${Number.isNaN(value) ? "NaN" : "infinite"}`;
  const first = firstNonFinite(pass);
  if (!first) return became;
  const layer = first.layer === undefined ? "" : ` of layer ${first.layer}`;
  return `${became}; it began in ${first.tensor}${layer}, at time step ${first.t}, unit ${first.unit}`;
}
