/** A run that goes on: what it left on the disk, whether it may, and everything back in its place. */
import { UserError } from "../config/problem.ts";
import { configSchema, type Config } from "../config/schema.ts";
import { parseConfig } from "../config/validate.ts";
import type { Dataset } from "../data/dataset.ts";
import { readCheckpoint, type Checkpoint } from "../runs/checkpoint.ts";
import { trimMetrics } from "../runs/metrics.ts";
import { currentOwner } from "../runs/owner.ts";
import {
  readRun,
  readRunConfig,
  readRunEncoding,
  updateRecord,
  type Run,
} from "../runs/runFolder.ts";
import { removeSnapshotsAfter } from "../runs/snapshots.ts";
import type { TrainingProgress } from "../runs/trainingProgress.ts";
import { removeUnfinishedWrites } from "../runs/writeAtomically.ts";
import { restoreWaitingGradients } from "./checkpointStore.ts";
import { restoreParameters } from "./restoreParameters.ts";
import type { TrainingSetup } from "./trainingSetup.ts";

export interface ResumedRun {
  readonly run: Run;
  readonly config: Config;
  readonly checkpoint: Checkpoint;
  readonly progress: TrainingProgress;
}

/** Throws `UserError` when it cannot be resumed, or has nothing left to do. */
export async function openRun(runFolder: string, text: string): Promise<ResumedRun> {
  const run = await readRun(runFolder);
  const { name, state } = run.record;
  if (state === "training" || state === "paused") {
    throw new UserError(
      "busy",
      `"${name}" is still training, in process ${run.record.owner?.processId}.`,
      {
        advice: "Stop it there before you resume it here.",
      },
    );
  }
  const config = await configOf(run, text);
  const checkpoint = await readCheckpoint(runFolder, "last");
  const { training: progress } = checkpoint;
  if (!progress) {
    throw new UserError(
      "checkpoint",
      `The last checkpoint of "${name}" does not say how far it came.`,
    );
  }
  if (state === "finished") refuseFinished(name, config, progress);
  return { run, config, checkpoint, progress };
}

/** What was trained, but as long as the text now says. */
async function configOf(run: Run, text: string): Promise<Config> {
  const saved = configSchema.safeParse(await readRunConfig(run.folder));
  if (!saved.success) {
    throw new UserError("run", `The config of "${run.record.name}" is damaged.`, {
      place: { file: run.folder },
    });
  }
  const { config: now } = parseConfig(text);
  if (!now) return saved.data;
  const { epochs, earlyStopping } = now.training;
  return { ...saved.data, training: { ...saved.data.training, epochs, earlyStopping } };
}

function refuseFinished(name: string, config: Config, progress: TrainingProgress): void {
  const { epochs, earlyStopping } = config.training;
  if (progress.epoch >= epochs) {
    throw new UserError("finished", `"${name}" has finished its ${epochs} epochs.`, {
      advice: "To train it further, raise training.epochs and resume it again.",
      path: ["training", "epochs"],
    });
  }
  if (earlyStopping && progress.patience.spent >= earlyStopping.patience) {
    throw new UserError(
      "finished",
      `"${name}" was stopped early: ${progress.patience.spent} validations brought no better loss.`,
      {
        advice:
          "To train it further, raise training.earlyStopping.patience, or remove earlyStopping, and resume it again.",
        path: ["training", "earlyStopping"],
      },
    );
  }
}

/** Token 17 has to mean what it meant. */
export async function refuseOtherData(run: Run, dataset: Dataset): Promise<void> {
  const saved = JSON.stringify(await readRunEncoding(run.folder));
  if (saved === JSON.stringify(dataset.encoding)) return;
  throw new UserError(
    "data",
    `The data has changed since "${run.record.name}" was trained, so that it cannot go on.`,
    {
      advice: "Restore the data, or train a new run.",
      path: ["data"],
    },
  );
}

/** Puts everything back to where the checkpoint left it, and makes the run this process's own. */
export async function takeUp(
  { run, checkpoint, progress }: ResumedRun,
  {
    config,
    trainer,
    batcher,
    shuffler,
    noise,
    updates,
  }: Omit<TrainingSetup, "run" | "progress" | "startWarnings">,
): Promise<Pick<TrainingSetup, "run" | "progress">> {
  const { model, optimizer, averaged } = trainer;
  restoreParameters(model, checkpoint.parameters);
  optimizer.restore(checkpoint.optimizer);
  averaged?.restore(checkpoint.optimizer);
  if (progress.learningRate !== undefined) optimizer.learningRate = progress.learningRate;
  if (progress.waiting) restoreWaitingGradients(model, checkpoint.optimizer);
  if (progress.noise) noise.restore(progress.noise);
  trainer.restoreCarried(checkpoint.carried);
  shuffler.restore(progress.random);
  if (progress.position !== null) {
    // Shuffles as it did; then goes to the place in what was shuffled.
    batcher.startEpoch();
    batcher.seek(progress.position);
  }
  await removeUnfinishedWrites(run.folder);
  await trimMetrics(run.folder, progress.update);
  await removeSnapshotsAfter(run.folder, progress.update);
  const record = await updateRecord(run.folder, {
    state: "training",
    owner: currentOwner(),
    epochs: config.training.epochs,
    updates,
    stoppedEarly: false,
    failure: undefined,
  });
  // Where this machine cannot do what it began with, it goes on with what there is.
  const { fused } = model.kernels;
  return { run: { folder: run.folder, record }, progress: { ...structuredClone(progress), fused } };
}
