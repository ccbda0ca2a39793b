/** Takes snapshots of a training and writes them while it goes on. */
import { carriedState } from "../engine/bptt.ts";
import type { Parameter } from "../engine/model.ts";
import { encodeCheckpoint, writeCheckpoint } from "../runs/checkpoint.ts";
import type { TrainingProgress } from "../runs/trainingProgress.ts";
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
  { run, model, pass, optimizer }: TrainingSetup,
  writes: BackgroundWrites,
): CheckpointStore {
  let saved: number | undefined;
  const parameters = () =>
    new Map(model.parameters.map(({ name, shape, value }) => [name, { shape, data: value }]));

  return {
    saveLast(progress) {
      if (!model.parameters.every(isFinite)) return;
      const bytes = encodeCheckpoint({
        update: progress.update,
        parameters: parameters(),
        optimizer: optimizer.state(),
        carried: carriedState(pass),
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
        parameters: parameters(),
        optimizer: new Map(),
        carried: new Map(),
      });
      writes.put("best", () => writeCheckpoint(run.folder, "best", bytes));
    },
    savedUpdate: () => saved,
  };
}

const isFinite = ({ value }: Parameter): boolean => value.every(Number.isFinite);
