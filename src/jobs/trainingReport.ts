/**
 * What a training tells while it runs: progress to whoever listens, about ten times a second at most; rows to
 * the metrics file; and its record, so that a killed process leaves a run that says how far it came.
 */
import type { RunState, TrainingStatus } from "../protocol/training.ts";
import type { MetricsRow, MetricsWriter } from "../runs/metrics.ts";
import { updateRecord } from "../runs/runFolder.ts";
import type { BackgroundWrites } from "./backgroundWrites.ts";
import { meanOf } from "./measurements.ts";
import type { SnapshotStore } from "./snapshotStore.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { TrainingSetup } from "./trainingSetup.ts";

export interface ProgressReport {
  readonly status: TrainingStatus;
  /** Measured since the last report. */
  readonly rows: readonly MetricsRow[];
}

export interface TrainingReport {
  row(row: Omit<MetricsRow, "update" | "epoch" | "elapsedMs">): void;
  /** Call between batches; tells what is new when it is time to, and the first update at once. */
  tick(): void;
  /** Tells at once, and writes the record. */
  enter(state: RunState, more?: { stoppedEarly?: boolean; failure?: string }): void;
  /** Writes the record, which is also the sign of life. */
  keepRecord(): void;
  /** Epoch that is being trained, from 1. */
  epoch(): number;
}

const betweenReportsMs = 100;
/** Share of the newest row in the speed that is reported. */
const smoothing = 0.1;

export function createTrainingReport(
  setup: TrainingSetup,
  tools: {
    readonly clock: Stopwatch;
    readonly writes: BackgroundWrites;
    readonly metrics: MetricsWriter;
    readonly snapshots?: SnapshotStore;
    readonly onProgress?: (report: ProgressReport) => void;
  },
): TrainingReport {
  const { run, config, progress, updates } = setup;
  const { clock, writes, metrics, snapshots, onProgress } = tools;
  const { epochs } = config.training;
  const start = { update: progress.update, elapsedMs: clock.elapsedMs() };
  let state: RunState = "training";
  let ending: { stoppedEarly?: boolean; failure?: string } = {};
  let stepsPerSecond: number | undefined;
  let rowLoss: number | undefined;
  let lastReport = -Infinity;
  let toldUpdate = progress.update;
  let untold: MetricsRow[] = [];
  const unwritten: MetricsRow[] = [];

  // Between two epochs it is the one that has just ended.
  const epoch = (): number => Math.max(1, progress.epoch + (progress.position === null ? 0 : 1));

  const remainingMs = (): number | undefined => {
    const made = progress.update - start.update;
    if (made === 0) return undefined;
    return ((clock.elapsedMs() - start.elapsedMs) / made) * (updates - progress.update);
  };

  const tell = (): void => {
    lastReport = performance.now();
    toldUpdate = progress.update;
    const rows = untold;
    untold = [];
    if (rows.length > 0) {
      unwritten.push(...rows);
      writes.put("metrics", () => metrics.append(unwritten.splice(0)));
    }
    onProgress?.({
      status: {
        runFolder: run.folder,
        runName: run.record.name,
        state,
        epoch: epoch(),
        epochs,
        update: progress.update,
        updates,
        loss: meanOf(progress.sinceRow)?.loss ?? rowLoss,
        validationLoss: progress.validation?.loss,
        stepsPerSecond,
        remainingMs: remainingMs(),
        snapshot: snapshots?.newest(),
      },
      rows,
    });
  };

  const keepRecord = (): void => {
    const { trainLoss, validation, best } = progress;
    const changes = {
      state,
      elapsedMs: Math.round(clock.elapsedMs()),
      epoch: progress.epoch,
      update: progress.update,
      trainLoss: trainLoss ?? meanOf(progress.sinceEpoch)?.loss,
      validationLoss: validation?.loss,
      validationAccuracy: validation?.accuracy,
      validationLabelErrorRate: validation?.labelErrorRate,
      validationExactMatch: validation?.exactMatch,
      best,
      ...ending,
    };
    writes.put("record", async () => {
      await updateRecord(run.folder, changes);
    });
  };

  return {
    row(measured) {
      if (measured.stepsPerSecond !== undefined) {
        // A number that people read should not flicker.
        const before = stepsPerSecond ?? measured.stepsPerSecond;
        stepsPerSecond = before + (measured.stepsPerSecond - before) * smoothing;
      }
      if (measured.trainLoss !== undefined) rowLoss = measured.trainLoss;
      untold.push({
        update: progress.update,
        epoch: epoch(),
        elapsedMs: Math.round(clock.elapsedMs()),
        ...measured,
      });
    },
    tick() {
      // The first update is the sign that it works.
      const isFirst = toldUpdate === start.update && progress.update > start.update;
      if (isFirst || performance.now() - lastReport >= betweenReportsMs) tell();
    },
    enter(next, more = {}) {
      state = next;
      ending = more;
      keepRecord();
      tell();
    },
    keepRecord,
    epoch,
  };
}
