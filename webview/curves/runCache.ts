/** The series of every shown run, grown by the rows that are new instead of being built again. */
import type { CurveRun } from "../../src/protocol/curvesContract.ts";
import type { MetricsRow } from "../../src/protocol/training.ts";
import { appendRows, createRunSeries, type RunSeries } from "./runSeries.ts";

export interface RunCache {
  /** The series of these runs, in their order; those of other runs are forgotten. */
  follow(runs: readonly CurveRun[]): readonly RunSeries[];
}

interface Entry {
  readonly series: RunSeries;
  rows: readonly MetricsRow[];
}

export function createRunCache(): RunCache {
  let entries = new Map<string, Entry>();

  const followRun = (run: CurveRun): Entry => {
    const entry = entries.get(run.runFolder);
    if (!entry || !extendsRows(run.rows, entry.rows)) {
      return { series: createRunSeries(run), rows: run.rows };
    }
    appendRows(entry.series, run.rows.slice(entry.rows.length));
    entry.rows = run.rows;
    entry.series.name = run.name;
    entry.series.state = run.state;
    entry.series.lossUnit = run.lossUnit;
    return entry;
  };

  return {
    follow(runs) {
      entries = new Map(runs.map((run) => [run.runFolder, followRun(run)]));
      return [...entries.values()].map(({ series }) => series);
    },
  };
}

/** Whether `rows` begins with all that is known already: a resumed run may have changed its past. */
const extendsRows = (rows: readonly MetricsRow[], known: readonly MetricsRow[]): boolean =>
  rows.length >= known.length && known.every((row, index) => sameRow(row, rows[index]));

/** Rows that crossed the boundary again are equal without being the same object. */
const sameRow = (a: MetricsRow, b: MetricsRow): boolean =>
  a === b || (a.update === b.update && a.elapsedMs === b.elapsedMs && a.trainLoss === b.trainLoss);
