/** What is trained and validated, as far as config and data say it: the network, and how large its batches get. */
import type { Config } from "../config/schema.ts";
import { createBatcher, type Batcher } from "../data/batcher.ts";
import type { Dataset } from "../data/dataset.ts";
import { specOf } from "../data/spec.ts";
import type { TeamPlan } from "../engine/parallel/shard.ts";

export interface TrainingPlan {
  readonly plan: Omit<TeamPlan, "threads">;
  readonly batcher: Batcher;
  /** Of the validation data, where there is any. */
  readonly validated: Batcher | undefined;
}

/** `uniform` shuffles. Throws `UserError` where config and data do not fit together. */
export function planTraining(
  config: Config,
  dataset: Dataset,
  uniform: () => number,
): TrainingPlan {
  const { training } = config;
  const { batch, bptt, carryState } = training;
  const batcher = createBatcher(dataset.training, { ...training, uniform });
  const { validation } = dataset;
  const validated =
    validation.sequenceCount > 0
      ? createBatcher(validation, { batch, bptt, carryState })
      : undefined;
  const plan = {
    spec: specOf(config, dataset),
    optimizer: training.optimizer,
    averageDecay: training.averageWeights?.decay,
    trained: { ...batcher.largest, recompute: training.recompute },
    evaluated: validated?.largest,
  };
  return { plan, batcher, validated };
}
