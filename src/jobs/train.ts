/** Trains a network from its config to a run folder: data → engine → checkpoints and metrics. */
import type { TrainingResult } from "../protocol/training.ts";
import { createKernels } from "./kernels.ts";
import { UserError } from "../config/problem.ts";
import type { Dataset } from "../data/dataset.ts";
import { removeRecording } from "../runs/recording.ts";
import { openMetrics } from "../runs/metrics.ts";
import { heartbeatMs } from "../runs/owner.ts";
import type { Run } from "../runs/runFolder.ts";
import { createBackgroundWrites, type BackgroundWrites } from "./backgroundWrites.ts";
import { createBreather } from "./breather.ts";
import { createCheckpointStore, type CheckpointStore } from "./checkpointStore.ts";
import { createPauseGate, type PauseGate } from "./pauseGate.ts";
import { createSnapshotStore, type SnapshotStore } from "./snapshotStore.ts";
import { createStopwatch } from "./stopwatch.ts";
import { trainingLoop, type TrainingEnd } from "./trainingLoop.ts";
import { createTrainingReport, type ProgressReport } from "./trainingReport.ts";
import {
  prepareTraining,
  type CreateKernels,
  type TrainingRequest,
  type TrainingSetup,
} from "./trainingSetup.ts";

/** What is about to be trained, once the data was read. */
export interface TrainingStart {
  readonly run: Run;
  readonly warnings: Dataset["warnings"];
}

export interface TrainingControl {
  readonly onStart?: (start: TrainingStart) => void;
  /** Aborting stops after the current batch, with a checkpoint saved. */
  readonly signal?: AbortSignal;
  readonly pauseGate?: PauseGate;
  /** At most ten times a second, and at every change of state. */
  readonly onProgress?: (report: ProgressReport) => void;
  /** Something went wrong without which training goes on. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Rejects with `UserError` when it cannot begin: a wrong config, data that cannot be read, a run that
 * cannot be resumed, a folder that cannot be written. What happens after that is in the result.
 */
export async function train(
  request: TrainingRequest & { readonly createKernels?: CreateKernels },
  control: TrainingControl = {},
): Promise<TrainingResult> {
  const setup = await prepareTraining(request, request.createKernels ?? createKernels);
  const { run, progress } = setup;
  control.onStart?.({ run, warnings: [...setup.dataset.warnings, ...setup.startWarnings] });
  const metrics = await openMetrics(run.folder);
  const writes = createBackgroundWrites();
  const clock = createStopwatch(progress.elapsedMs);
  const snapshots = snapshotsOf(setup, writes, control);
  const report = createTrainingReport(setup, { ...control, clock, writes, metrics, snapshots });
  const store = createCheckpointStore(setup, writes);
  const { signal = new AbortController().signal, pauseGate: gate = createPauseGate() } = control;
  const tools = {
    signal,
    gate,
    breathe: createBreather(() => writes.isBusy),
    clock,
    report,
    store,
    snapshots,
    writes,
  };

  const heartbeat = setInterval(() => report.keepRecord(), heartbeatMs);
  heartbeat.unref();
  let end: TrainingEnd;
  let bug: unknown;
  try {
    // Before anybody hears of it, so that even a run that is killed at once can be resumed.
    if (progress.update === 0) store.saveLast(structuredClone(progress));
    // What an earlier attempt broke on is no news of this one.
    await removeRecording(run.folder);
    await writes.settle();
    report.enter("training");
    end = await trainingLoop(setup, tools);
    await writes.settle();
    if (end.state === "failed") end = { ...end, failure: `${end.failure} ${cure(store)}` };
  } catch (error) {
    end = { state: "failed", failure: whyItBroke(error, store) };
    if (!(error instanceof UserError)) bug = error;
  }
  clearInterval(heartbeat);
  await setup.trainer.end();

  const stoppedEarly = end.state === "finished" && end.stoppedEarly;
  const failure = end.state === "failed" ? end.failure : undefined;
  report.enter(end.state, { stoppedEarly, failure });
  // A disk that refused before refuses this too; then the result alone says so.
  await writes.settle().catch(() => {});
  await metrics.close();
  // A bug is for whoever called, after the run was left in order.
  if (bug !== undefined) throw bug;
  const { best, trainLoss, validation } = progress;
  return {
    runFolder: run.folder,
    state: end.state,
    updates: progress.update,
    trainLoss,
    validationLoss: validation?.loss,
    bestValidationLoss: best?.measuredOn === "validation" ? best.loss : undefined,
    stoppedEarly,
    elapsedMs: Math.round(clock.elapsedMs()),
    failure,
  };
}

function snapshotsOf(
  { run, config, trainer }: TrainingSetup,
  writes: BackgroundWrites,
  { onWarning = () => {} }: TrainingControl,
): SnapshotStore | undefined {
  const { snapshots: plan } = config.training;
  if (!plan) return undefined;
  return createSnapshotStore({ runFolder: run.folder, plan }, trainer, writes, onWarning);
}

const cure = (store: CheckpointStore): string =>
  `The weights had grown too large: lower the learning rate, or clip the gradients more. ${kept(store)}`;

function whyItBroke(error: unknown, store: CheckpointStore): string {
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof UserError ? (error.details.advice ?? "") : "";
  return [message, advice, kept(store)].filter((part) => part !== "").join(" ");
}

function kept(store: CheckpointStore): string {
  const update = store.savedUpdate();
  return update === undefined
    ? "No checkpoint had been saved yet."
    : `The checkpoint of update ${update} is kept.`;
}
