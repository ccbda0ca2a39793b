/** Takes snapshots of a training and writes them while it goes on. */
import type { Model } from "../engine/model.ts";
import { encodeCheckpoint, writeCheckpoint } from "../runs/checkpoint.ts";
import type { TrainingProgress } from "../runs/trainingProgress.ts";
import type { Real } from "../trace/trace.ts";
import type { BackgroundWrites } from "./backgroundWrites.ts";
import type { TrainingSetup } from "./trainingSetup.ts";

export interface CheckpointStore {
  /** Everything that going on needs. Weights that are not finite are never saved over those that are. */
  saveLast(progress: TrainingProgress): void;
  /** The weights only. */
  saveBest(update: number): void;
  /** Of the last checkpoint that is on the disk; undefined before the first. */
  savedUpdate(): number | undefined;
}

export function createCheckpointStore(
  { run, trainer }: TrainingSetup,
  writes: BackgroundWrites,
): CheckpointStore {
  const { model, optimizer, averaged } = trainer;
  let saved: number | undefined;
  return {
    saveLast(progress) {
      if (!areFinite(model)) return;
      const bytes = encodeCheckpoint({
        update: progress.update,
        parameters: parametersOf(model),
        optimizer: new Map([
          ...optimizer.state(),
          ...(averaged?.state() ?? []),
          ...(progress.waiting ? waitingGradients(model) : []),
        ]),
        carried: trainer.carried(),
        training: progress,
      });
      writes.put("last", async () => {
        await writeCheckpoint(run.folder, "last", bytes);
        saved = progress.update;
      });
    },
    saveBest(update) {
      const bytes = encodeCheckpoint({
        update,
        parameters: parametersOf(averaged?.model ?? model),
        optimizer: new Map(),
        carried: new Map(),
      });
      writes.put("best", () => writeCheckpoint(run.folder, "best", bytes));
    },
    savedUpdate: () => saved,
  };
}

export const parametersOf = ({ parameters }: Model) =>
  new Map(parameters.map(({ name, shape, value }) => [name, { shape, data: value }]));

/** Gradients of batches whose update is not yet made, as `waiting.NAME`. */
const waitingGradients = ({ parameters }: Model): ReadonlyMap<string, Real> =>
  new Map(parameters.map(({ name, gradient }) => [`waiting.${name}`, gradient.slice()]));

export function restoreWaitingGradients(model: Model, state: ReadonlyMap<string, Real>): void {
  for (const { name, gradient } of model.parameters) {
    const saved = state.get(`waiting.${name}`);
    if (saved?.length !== gradient.length) {
      throw new Error(`The checkpoint lacks the gradient of "${name}" that waits for its update.`);
    }
    gradient.set(saved);
  }
}

/** Weights that are not are of no use to anybody. */
export const areFinite = ({ parameters }: Model): boolean =>
  parameters.every(({ value }) => value.every(Number.isFinite));
