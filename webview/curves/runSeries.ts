/** The curves of one run, and a smoothed copy of the noisy one, grown row by row. */
import type { CurveRun } from "../../src/protocol/curvesContract.ts";
import type { MetricsRow, RunState } from "../../src/protocol/training.ts";
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
  /** What one unit of its loss is, where that is known. */
  lossUnit: string | undefined;
  readonly series: Readonly<Record<Metric, Series>>;
  /** Exponential mean of the training loss; see `smoothing`. */
  readonly smoothedTrainLoss: Series;
  /** Updates in one epoch; undefined until one has ended, unless the training says so. */
  updatesPerEpoch: number | undefined;
  /** The update of the last row, −1 before the first. */
  lastUpdate: number;
  lastElapsedMs: number;
  /** The mean so far and the sum of its weights, which unbiases its first values. */
  mean: { readonly value: number; readonly weight: number };
  firstEpoch: { readonly epoch: number; readonly update: number } | undefined;
  latestEpoch: { readonly epoch: number; readonly update: number } | undefined;
}

/** Share of the old mean that is kept at each point. */
export const smoothing = 0.8;

export function createRunSeries(run: CurveRun): RunSeries {
  const series = {} as Record<Metric, Series>;
  for (const metric of metrics) series[metric] = createSeries();
  const created: RunSeries = {
    runFolder: run.runFolder,
    name: run.name,
    state: run.state,
    lossUnit: run.lossUnit,
    series,
    smoothedTrainLoss: createSeries(),
    updatesPerEpoch: undefined,
    lastUpdate: -1,
    lastElapsedMs: 0,
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
    run.lastElapsedMs = row.elapsedMs;
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

/** An axis with what it takes to place a sample on it. */
export interface Ruler {
  readonly axis: CurveAxis;
  readonly time: TimeUnit;
}

export interface TimeUnit {
  readonly name: "s" | "min" | "h";
  readonly milliseconds: number;
}

const timeUnits: readonly TimeUnit[] = [
  { name: "s", milliseconds: 1000 },
  { name: "min", milliseconds: 60_000 },
  { name: "h", milliseconds: 3_600_000 },
];

/** The ruler on which runs are compared: time in the unit that suits the longest of them. */
export function rulerFor(axis: CurveAxis, runs: readonly RunSeries[]): Ruler {
  const longest = Math.max(0, ...runs.map(({ lastElapsedMs }) => lastElapsedMs));
  const time = timeUnits.findLast(({ milliseconds }) => longest >= 3 * milliseconds);
  return { axis, time: time ?? timeUnits[0] };
}

export function rulerTitle({ axis, time }: Ruler): string {
  return axis === "time" ? `training time (${time.name})` : axis;
}

/** Epochs are fractions of those passed; a run whose first epoch has not ended counts as within it. */
export function positionOn(
  { axis, time }: Ruler,
  run: RunSeries,
  sample: Pick<Sample, "update" | "elapsedMs">,
): number {
  if (axis === "updates") return sample.update;
  if (axis === "time") return sample.elapsedMs / time.milliseconds;
  return sample.update / (run.updatesPerEpoch ?? Math.max(1, run.lastUpdate));
}

/** Where the run's last row lies. */
export const endOn = (ruler: Ruler, run: RunSeries): number =>
  positionOn(ruler, run, { update: run.lastUpdate, elapsedMs: run.lastElapsedMs });

/** Points of a series on an axis; where `positiveOnly`, what a log axis cannot show is a gap. */
export function pointsOf(
  run: RunSeries,
  series: Series,
  ruler: Ruler,
  positiveOnly = false,
): Point[] {
  return series.samples().map((sample) => ({
    x: positionOn(ruler, run, sample),
    y: positiveOnly && !(sample.value > 0) ? NaN : sample.value,
  }));
}
