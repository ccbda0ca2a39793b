/** How the learning rate changes during training. Nothing here remembers: who trains keeps the state. */
import type { ScheduleConfig } from "../../config/schema.ts";

/** Where a training stands before an update. */
export interface SchedulePoint {
  /** Updates made. */
  readonly update: number;
  /** Updates planned. */
  readonly updates: number;
  /** Epochs completed. */
  readonly epoch: number;
  readonly plateau?: Plateau;
}

/** What the validations so far mean for a `plateau`. */
export interface Plateau {
  /** The lowest loss yet; absent before the first validation. */
  readonly best?: number;
  /** Validations since then, or since the last reduction. */
  readonly spent: number;
  readonly reductions: number;
}

export const noPlateau: Plateau = { spent: 0, reductions: 0 };

/**
 * The learning rate of the next update, as torch.optim.lr_scheduler has it: StepLR, ExponentialLR, CosineAnnealingLR and
 * ReduceLROnPlateau, each multiplied by LinearLR during the warm-up. A cosine begins when the warm-up has ended.
 */
export function scheduledRate(
  learningRate: number,
  schedule: ScheduleConfig | undefined,
  point: SchedulePoint,
): number {
  if (!schedule) return learningRate;
  const { warmupUpdates } = schedule;
  const warmth = Math.min(1, (point.update + 1) / Math.max(1, warmupUpdates));
  return warmth * cooledRate(learningRate, schedule, point);
}

function cooledRate(learningRate: number, schedule: ScheduleConfig, point: SchedulePoint): number {
  switch (schedule.kind) {
    case "constant":
      return learningRate;
    case "step":
      return learningRate * schedule.factor ** Math.floor(point.epoch / schedule.everyEpochs);
    case "exponential":
      return learningRate * schedule.factor ** point.epoch;
    case "cosine": {
      const { minimumLearningRate, warmupUpdates } = schedule;
      const made = Math.max(0, point.update - warmupUpdates);
      // A run that was made longer than planned stays at the end.
      const share = Math.min(1, made / Math.max(1, point.updates - warmupUpdates));
      const height = (1 + Math.cos(Math.PI * share)) / 2;
      return minimumLearningRate + (learningRate - minimumLearningRate) * height;
    }
    case "plateau": {
      const reduced = learningRate * schedule.factor ** (point.plateau?.reductions ?? 0);
      return Math.max(schedule.minimumLearningRate, reduced);
    }
  }
}

/**
 * As ReduceLROnPlateau with an absolute threshold: more than `patience` validations in a row without a better loss are a
 * reduction. A loss that is no number is not better.
 */
export function afterValidation(
  schedule: Extract<ScheduleConfig, { kind: "plateau" }>,
  { best = Infinity, spent, reductions }: Plateau,
  loss: number,
): Plateau {
  if (loss < best - schedule.minimumImprovement) return { best: loss, spent: 0, reductions };
  const kept = Number.isFinite(best) ? { best } : {};
  return spent < schedule.patience
    ? { ...kept, spent: spent + 1, reductions }
    : { ...kept, spent: 0, reductions: reductions + 1 };
}
