/** Updates of the weights from batches, and what to say when their numbers are no numbers. */
import { clipGradients, scaleGradients } from "../engine/clip.ts";
import { addGradientNoise } from "../engine/gradientNoise.ts";
import { teacherShare } from "../engine/sequenceToSequence/teacherShare.ts";
import { scheduledRate } from "../engine/optimizers/schedule.ts";
import type { TrainingConfig } from "../config/schema.ts";
import type { TrainingProgress } from "../runs/trainingProgress.ts";
import type { Batch } from "../trace/batch.ts";
import type { UpdateMeasurement } from "./measurements.ts";
import type { Trainer } from "./trainer.ts";
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
  train(batch: Batch): Promise<UpdateOutcome>;
  /** Makes an update of the gradients that wait, if any do. */
  flush(): Promise<UpdateOutcome>;
}

/** The part of a training's progress that updates change. */
export type UpdateProgress = Pick<
  TrainingProgress,
  "epoch" | "update" | "learningRate" | "plateau" | "waiting"
>;

/** All that it remembers is in `progress`, and in the gradients while some wait. */
export function createUpdater(
  setup: Pick<TrainingSetup, "trainer" | "noise" | "updates"> & {
    readonly config: { readonly training: TrainingConfig };
    readonly progress: UpdateProgress;
  },
): Updater {
  const { trainer, noise, progress, updates } = setup;
  const { accumulate, clip, schedule, gradientNoise, optimizer: start } = setup.config.training;
  const { optimizer, averaged } = trainer;
  const { parameters, kernels } = trainer.model;
  const { scheduledSampling } = setup.config.training;

  /** With scheduled sampling, what the decoder reads is less and less often right. */
  const taught = (batch: Batch): Batch => {
    if (!batch.decoder || !scheduledSampling) return batch;
    const share = teacherShare(scheduledSampling, progress.update);
    return { ...batch, decoder: { ...batch.decoder, teacherShare: share } };
  };

  /** From gradients that are complete. */
  const update = async (
    loss: number,
    weight: number,
    gradientSquares?: number,
  ): Promise<UpdateOutcome> => {
    const found = gradientSquares === undefined ? undefined : Math.sqrt(gradientSquares);
    const { norm, clippedNorm } = clipGradients(parameters, clip, kernels, found);
    if (!Number.isFinite(norm))
      return { overflow: describeOverflow("The gradient", norm, trainer) };
    if (gradientNoise) addGradientNoise(parameters, gradientNoise, progress.update, noise);
    if (schedule) {
      const rate = scheduledRate(start.learningRate, schedule, { ...progress, updates });
      optimizer.learningRate = rate;
      progress.learningRate = rate;
    }
    await trainer.step();
    averaged?.update();
    return { measured: { loss, weight, gradientNorm: norm, clippedNorm } };
  };

  const flush = async (): Promise<UpdateOutcome> => {
    const { waiting } = progress;
    if (!waiting) return {};
    progress.waiting = undefined;
    const { loss, weight } = waiting;
    if (weight > 0) scaleGradients(parameters, 1 / weight, kernels);
    return update(weight > 0 ? loss / weight : 0, weight);
  };

  return {
    flush,
    async train(batch) {
      const gathering = accumulate === 1 ? "mean" : progress.waiting ? "add" : "sum";
      const { loss, weight, gradientSquares } = await trainer.train(taught(batch), gathering);
      if (!Number.isFinite(loss)) return { overflow: describeOverflow("The loss", loss, trainer) };
      if (!batch.target) return {};
      if (accumulate === 1) return update(loss, weight, gradientSquares);
      const before = progress.waiting ?? { batches: 0, loss: 0, weight: 0 };
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
function describeOverflow(
  what: string,
  value: number,
  trainer: Pick<Trainer, "firstNonFinite">,
): string {
  const became = `${what} became ${Number.isNaN(value) ? "NaN" : "infinite"}`;
  const first = trainer.firstNonFinite();
  if (!first) return became;
  const layer = first.layer === undefined ? "" : ` of layer ${first.layer}`;
  return `${became}; it began in ${first.tensor}${layer}, at time step ${first.t}, unit ${first.unit}`;
}
