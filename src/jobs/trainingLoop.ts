/**
 * The loop itself: epochs of batches, with validations, checkpoints and measurements where they are due.
 * All that it knows lives in `TrainingProgress`, so that any point between two batches can be saved,
 * and going on from there is the same, bit for bit, as never having stopped.
 */
import { afterValidation, noPlateau } from "../engine/optimizers/schedule.ts";
import { writeRecording } from "../runs/recording.ts";
import { createFlightRecorder } from "./flightRecorder.ts";
import type { CheckpointStore } from "./checkpointStore.ts";
import type { Breather } from "./breather.ts";
import { addTo, emptySums, meanOf } from "./measurements.ts";
import type { PauseGate } from "./pauseGate.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { TrainingReport } from "./trainingReport.ts";
import type { TrainingSetup } from "./trainingSetup.ts";
import type { SnapshotStore } from "./snapshotStore.ts";
import { createUpdater } from "./trainingUpdate.ts";
import type { BackgroundWrites } from "./backgroundWrites.ts";
import type { Batch } from "../trace/batch.ts";

export type TrainingEnd =
  | { readonly state: "finished"; readonly stoppedEarly: boolean }
  | { readonly state: "stopped" }
  | { readonly state: "failed"; readonly failure: string };

export interface LoopTools {
  readonly signal: AbortSignal;
  readonly gate: PauseGate;
  readonly breathe: Breather;
  readonly clock: Stopwatch;
  readonly report: TrainingReport;
  readonly store: CheckpointStore;
  /** Absent when the config asks for none. */
  readonly snapshots?: SnapshotStore;
  readonly writes: BackgroundWrites;
}

/** A checkpoint is also written after this time, for networks whose updates take long. */
const checkpointEveryMs = 60_000;

export async function trainingLoop(setup: TrainingSetup, tools: LoopTools): Promise<TrainingEnd> {
  const { config, trainer, batcher, evaluator, shuffler, noise, progress } = setup;
  const { signal, gate, breathe, clock, report, store, snapshots, writes } = tools;
  const { epochs, validation, checkpointEveryUpdates, earlyStopping, schedule } = config.training;
  const updater = createUpdater(setup);
  const recorder = createFlightRecorder(trainer);
  const isInEpoch = (): boolean => progress.position !== null;
  let savedAtMs = clock.elapsedMs();
  const sinceRow = { steps: 0, trainingMs: 0 };

  const saveLast = (): void => {
    progress.elapsedMs = clock.elapsedMs();
    if (isInEpoch()) progress.position = batcher.position();
    progress.noise = [...noise.state()];
    store.saveLast(structuredClone(progress));
    savedAtMs = clock.elapsedMs();
  };

  /** Between any two batches. False when it is time to stop. */
  const between = async (): Promise<boolean> => {
    await breathe();
    writes.check();
    report.tick();
    if (gate.paused && !signal.aborted) {
      clock.hold();
      saveLast();
      report.enter("paused");
      await gate.opened(signal);
      clock.release();
      if (!signal.aborted) report.enter("training");
    }
    return !signal.aborted;
  };

  const beginEpoch = (): void => {
    progress.random = [...shuffler.state()];
    progress.sinceEpoch = emptySums();
    batcher.startEpoch();
    progress.position = batcher.position();
  };

  const endEpoch = (): void => {
    progress.position = null;
    progress.epoch++;
    progress.random = [...shuffler.state()];
    progress.trainLoss = meanOf(progress.sinceEpoch)?.loss;
    const isLast = progress.epoch >= epochs;
    if (isLast) addRow();
    if (evaluator) {
      const unmeasured = progress.validation?.update !== progress.update;
      progress.validationDue ||= unmeasured && (validation.everyUpdates === undefined || isLast);
    } else if (progress.trainLoss !== undefined) keepIfBest(progress.trainLoss, "training");
  };

  const addRow = (): void => {
    const mean = meanOf(progress.sinceRow);
    if (!mean) return;
    const { steps, trainingMs } = sinceRow;
    report.row({
      trainLoss: mean.loss,
      gradientNorm: mean.gradientNorm,
      clippedNorm: mean.clippedNorm,
      clippedShare: mean.clippedShare,
      learningRate: trainer.optimizer.learningRate,
      ...(trainingMs > 0 ? { stepsPerSecond: (steps / trainingMs) * 1000 } : {}),
    });
    progress.sinceRow = emptySums();
    sinceRow.steps = 0;
    sinceRow.trainingMs = 0;
  };

  const keepIfBest = (loss: number, measuredOn: "validation" | "training"): void => {
    if (!Number.isFinite(loss) || (progress.best && loss >= progress.best.loss)) return;
    progress.best = { update: progress.update, loss, measuredOn };
    store.saveBest(progress.update);
  };

  /** Undefined when all is well; else what is wrong. */
  const update = async (batch: Batch | undefined): Promise<string | undefined> => {
    const startMs = performance.now();
    // After the last batch of an epoch, what still waits is an update too.
    if (batch) recorder.keep(batch);
    const { measured, overflow } = await (batch ? updater.train(batch) : updater.flush());
    if (overflow !== undefined) {
      const recording = recorder.recording(progress.update);
      if (recording) {
        writes.put("recording", () => writeRecording(setup.run.folder, recording));
      }
      return `${overflow}, at update ${progress.update + 1} (epoch ${report.epoch()}).`;
    }
    sinceRow.trainingMs += performance.now() - startMs;
    sinceRow.steps += batch?.lengths.reduce((sum, length) => sum + length, 0) ?? 0;
    if (!measured) return undefined;
    progress.update++;
    snapshots?.takeIfDue(progress.update);
    addTo(progress.sinceRow, measured);
    addTo(progress.sinceEpoch, measured);
    if (progress.update % progress.rowEvery === 0) addRow();
    const { everyUpdates } = validation;
    if (evaluator && everyUpdates && progress.update % everyUpdates === 0) {
      progress.validationDue = true;
    }
    return undefined;
  };

  const validate = async (): Promise<void> => {
    const result = await evaluator?.run(between);
    // Stopped in the middle: it is still due.
    if (!result) return;
    progress.validationDue = false;
    const { loss, accuracy, labelErrorRate, exactMatch } = result;
    // JSON has no NaN; a loss that overflowed is no measurement.
    const measured = Number.isFinite(loss) ? loss : undefined;
    const { update: at } = progress;
    progress.validation = { update: at, loss: measured, accuracy, labelErrorRate, exactMatch };
    report.row({
      validationLoss: measured,
      validationAccuracy: accuracy,
      validationLabelErrorRate: labelErrorRate,
      validationExactMatch: exactMatch,
    });
    keepIfBest(loss, "validation");
    const { patience } = progress;
    const target = (patience.reference ?? Infinity) - (earlyStopping?.minimumImprovement ?? 0);
    if (loss < target) progress.patience = { reference: loss, spent: 0 };
    else patience.spent++;
    if (schedule?.kind === "plateau") {
      progress.plateau = afterValidation(schedule, progress.plateau ?? noPlateau, loss);
    }
    report.keepRecord();
  };

  const isOutOfPatience = (): boolean =>
    earlyStopping !== undefined && progress.patience.spent >= earlyStopping.patience;

  const run = async (): Promise<TrainingEnd> => {
    for (;;) {
      const goesOn = await between();
      if (!progress.validationDue) {
        if (isOutOfPatience()) return { state: "finished", stoppedEarly: true };
        if (progress.epoch >= epochs) return { state: "finished", stoppedEarly: false };
      }
      if (!goesOn) return { state: "stopped" };
      if (progress.validationDue) await validate();
      else {
        if (!isInEpoch()) beginEpoch();
        const batch = batcher.next();
        const before = progress.update;
        const failure = await update(batch);
        if (failure !== undefined) return { state: "failed", failure };
        const isDue = progress.update > before && progress.update % checkpointEveryUpdates === 0;
        if (isDue || clock.elapsedMs() - savedAtMs > checkpointEveryMs) saveLast();
        if (!batch) endEpoch();
      }
    }
  };

  if (progress.update === 0) snapshots?.take(0);
  const end = await run();
  // Of a failure too: the weights are then as they were before.
  snapshots?.take(progress.update);
  // After a failure the last good checkpoint stays.
  if (end.state !== "failed") saveLast();
  return end;
}
