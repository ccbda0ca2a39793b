/** The curves of one run, and a smoothed copy of the noisy one, grown row by row. */
import type { CurveRun, MetricsRow, RunState } from "../../src/protocol/contracts.ts";
import {
  createSeries,
  metrics,
  sampleOf,
  type Metric,
  type Sample,
  type Series,
} from "./series.ts";

export interface RunSeries {
  readonly runFolder: string;
  name: string;
  state: RunState;
  readonly series: Readonly<Record<Metric, Series>>;
  /** Exponential mean of the training loss; see `smoothing`. */
  readonly smoothedTrainLoss: Series;
  /** Updates in one epoch; undefined until one has ended, unless the training says so. */
  updatesPerEpoch: number | undefined;
  /** The update of the last row, −1 before the first. */
  lastUpdate: number;
  /** The mean so far and the sum of its weights, which unbiases its first values. */
  mean: { readonly value: number; readonly weight: number };
  firstEpoch: { readonly epoch: number; readonly update: number } | undefined;
  latestEpoch: { readonly epoch: number; readonly update: number } | undefined;
}

/** Share of the old mean that is kept at each point. */
export const smoothing = 0.9;

export function createRunSeries(run: CurveRun): RunSeries {
  const series = {} as Record<Metric, Series>;
  for (const metric of metrics) series[metric] = createSeries();
  const created: RunSeries = {
    runFolder: run.runFolder,
    name: run.name,
    state: run.state,
    series,
    smoothedTrainLoss: createSeries(),
    updatesPerEpoch: undefined,
    lastUpdate: -1,
    mean: { value: 0, weight: 0 },
    firstEpoch: undefined,
    latestEpoch: undefined,
  };
  appendRows(created, run.rows);
  return created;
}

/** Appends rows as they arrive. A row that goes back in updates starts over from there: the run was resumed. */
export function appendRows(run: RunSeries, rows: readonly MetricsRow[]): void {
  for (const row of rows) {
    if (row.update < run.lastUpdate) truncate(run, row.update - 1);
    run.lastUpdate = row.update;
    noteEpoch(run, row);
    for (const metric of metrics) {
      const sample = sampleOf(row, metric);
      if (!sample) continue;
      run.series[metric].append(sample);
      if (metric === "trainLoss") smooth(run, sample);
    }
  }
}

function truncate(run: RunSeries, update: number): void {
  for (const metric of metrics) run.series[metric].truncate(update);
  run.smoothedTrainLoss.truncate(update);
  const last = run.smoothedTrainLoss.last;
  run.mean = last ? { value: last.value, weight: 1 } : { value: 0, weight: 0 };
}

function smooth(run: RunSeries, sample: Sample): void {
  if (!Number.isFinite(sample.value)) return;
  const weight = smoothing * run.mean.weight + (1 - smoothing);
  const share = (1 - smoothing) / weight;
  const value = run.mean.value + share * (sample.value - run.mean.value);
  run.mean = { value, weight };
  run.smoothedTrainLoss.append({ ...sample, value });
}

/** Rows carry whole epochs; the distance between the first rows of two epochs gives their length. */
function noteEpoch(run: RunSeries, row: MetricsRow): void {
  const epoch = Math.floor(row.epoch);
  const at = { epoch, update: row.update };
  run.firstEpoch ??= at;
  if (epoch <= (run.latestEpoch ?? run.firstEpoch).epoch) return;
  run.latestEpoch = at;
  run.updatesPerEpoch = (at.update - run.firstEpoch.update) / (epoch - run.firstEpoch.epoch);
}

// ------------------------------------------------------------------- axes

export type CurveAxis = "updates" | "epochs" | "time";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Time in minutes, epochs in fractions; a run whose first epoch has not ended counts as within it. */
export function positionOn(axis: CurveAxis, run: RunSeries, sample: Sample): number {
  if (axis === "updates") return sample.update;
  if (axis === "time") return sample.elapsedMs / 60_000;
  return sample.update / (run.updatesPerEpoch ?? Math.max(1, run.lastUpdate));
}

/** Points of a series on an axis; where `positiveOnly`, what a log axis cannot show is a gap. */
export function pointsOf(
  run: RunSeries,
  series: Series,
  axis: CurveAxis,
  positiveOnly = false,
): Point[] {
  return series.samples().map((sample) => ({
    x: positionOn(axis, run, sample),
    y: positiveOnly && !(sample.value > 0) ? NaN : sample.value,
  }));
}
