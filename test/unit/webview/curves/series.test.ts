import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CurveRun } from "../../../../src/protocol/curvesContract.ts";
import type { MetricsRow } from "../../../../src/protocol/training.ts";
import {
  appendRows,
  createRunSeries,
  pointsOf,
  positionOn,
  rulerFor,
  rulerTitle,
} from "../../../../webview/curves/runSeries.ts";
import { createSeries, type Sample } from "../../../../webview/curves/series.ts";

const sample = (update: number, value: number): Sample => ({
  update,
  epoch: 0,
  elapsedMs: update * 10,
  value,
});

describe("a curve", () => {
  it("keeps every point up to its limit", () => {
    const series = createSeries(100);
    for (let update = 0; update < 100; update++) series.append(sample(update, Math.sin(update)));
    expect(series.samples()).toHaveLength(100);
  });

  it("never holds more points than its limit, in order, with the first and last near its ends", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }).map((half) => 2 * half),
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
          minLength: 1,
          maxLength: 3000,
        }),
        (limit, values) => {
          const series = createSeries(limit);
          values.forEach((value, update) => series.append(sample(update, value)));
          const samples = series.samples();
          expect(samples.length).toBeLessThanOrEqual(limit);
          for (let index = 1; index < samples.length; index++) {
            expect(samples[index].update).toBeGreaterThan(samples[index - 1].update);
          }
          const drawn = samples.map(({ value }) => value);
          expect(Math.max(...drawn)).toBe(Math.max(...values));
          expect(Math.min(...drawn)).toBe(Math.min(...values));
          expect(series.minimum?.value).toBe(Math.min(...values));
          expect(series.last?.update).toBe(values.length - 1);
          expect(series.count).toBe(values.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("shows the one spike among a hundred thousand updates", () => {
    const series = createSeries(2000);
    for (let update = 0; update < 100_000; update++) {
      series.append(sample(update, update === 54_321 ? 1000 : 1));
    }
    expect(series.samples().filter(({ value }) => value === 1000)).toEqual([sample(54_321, 1000)]);
  });

  it("does not let a NaN hide its neighbours or become the minimum", () => {
    const series = createSeries(4);
    [3, NaN, 2, NaN, NaN, 5, NaN, 4].forEach((value, update) =>
      series.append(sample(update, value)),
    );
    const finite = series
      .samples()
      .map(({ value }) => value)
      .filter(Number.isFinite);
    expect(Math.min(...finite)).toBe(2);
    expect(Math.max(...finite)).toBe(5);
    expect(series.minimum?.value).toBe(2);
  });

  it("forgets what came after the checkpoint that a run resumes from", () => {
    const series = createSeries();
    [5, 4, 1, 2].forEach((value, update) => series.append(sample(update, value)));
    series.truncate(1);
    expect(series.samples().map(({ update }) => update)).toEqual([0, 1]);
    expect(series.minimum?.value).toBe(4);
    expect(series.last?.update).toBe(1);
  });
});

const row = (update: number, more: Partial<MetricsRow> = {}): MetricsRow => ({
  update,
  epoch: Math.floor(update / 100),
  elapsedMs: update * 60,
  ...more,
});

const run = (rows: readonly MetricsRow[]): CurveRun => ({
  runFolder: "/data/.unroll/runs/1",
  name: "lstm",
  state: "training",
  rows,
});

const lasting = (elapsedMs: number) => createRunSeries(run([row(1, { elapsedMs })]));

const unit = (...times: number[]) => rulerFor("time", times.map(lasting)).time.name;

describe("the curves of a run", () => {
  it("grow by rows, each metric where it was measured", () => {
    const series = createRunSeries(run([row(1, { trainLoss: 3 }), row(2, { trainLoss: 2 })]));
    appendRows(series, [
      row(2, { validationLoss: 2.5 }),
      row(3, { trainLoss: 1, learningRate: 0.1 }),
    ]);
    expect(series.series.trainLoss.count).toBe(3);
    expect(series.series.validationLoss.samples().map(({ update }) => update)).toEqual([2]);
    expect(series.series.learningRate.count).toBe(1);
    expect(series.series.gradientNorm.count).toBe(0);
  });

  it("smooth the training loss without a bias towards zero at the start", () => {
    const series = createRunSeries(run([row(1, { trainLoss: 4 })]));
    expect(series.smoothedTrainLoss.last?.value).toBeCloseTo(4, 12);
    appendRows(
      series,
      Array.from({ length: 200 }, (_, index) => row(index + 2, { trainLoss: index % 2 ? 5 : 3 })),
    );
    expect(Math.abs((series.smoothedTrainLoss.last?.value ?? 0) - 4)).toBeLessThan(0.12);
    appendRows(series, [row(300, { trainLoss: NaN }), row(301, { trainLoss: 4 })]);
    expect(Number.isFinite(series.smoothedTrainLoss.last?.value)).toBe(true);
  });

  it("start over from the update that a resumed run begins with", () => {
    const series = createRunSeries(
      run([10, 20, 30, 40].map((update) => row(update, { trainLoss: update }))),
    );
    appendRows(series, [row(25, { trainLoss: 1 })]);
    expect(series.series.trainLoss.samples().map(({ update }) => update)).toEqual([10, 20, 25]);
  });

  it("find the length of an epoch and place rows on any axis", () => {
    const series = createRunSeries(
      run([10, 60, 110, 160, 210].map((update) => row(update, { trainLoss: 1 }))),
    );
    expect(series.updatesPerEpoch).toBe(100);
    const at = sample(150, 1);
    expect(positionOn(rulerFor("updates", [series]), series, at)).toBe(150);
    expect(positionOn(rulerFor("epochs", [series]), series, at)).toBe(1.5);
    const time = rulerFor("time", [series]);
    expect(rulerTitle(time)).toBe("training time (s)");
    expect(positionOn(time, series, { ...at, elapsedMs: 1500 })).toBe(1.5);
  });

  it("keep a run of less than an epoch within its first epoch", () => {
    const series = createRunSeries(run([row(10, { trainLoss: 1 }), row(40, { trainLoss: 1 })]));
    expect(positionOn(rulerFor("epochs", [series]), series, sample(40, 1))).toBe(1);
  });

  it("measure time in the unit that suits the longest run", () => {
    expect(unit()).toBe("s");
    expect(unit(100_000)).toBe("s");
    expect(unit(100_000, 200_000)).toBe("min");
    expect(unit(4 * 3_600_000)).toBe("h");
  });

  it("leave a gap on a log axis where a value is not positive", () => {
    const series = createRunSeries(run([row(1, { gradientNorm: 0 }), row(2, { gradientNorm: 2 })]));
    const points = pointsOf(
      series,
      series.series.gradientNorm,
      rulerFor("updates", [series]),
      true,
    );
    expect(points).toEqual([
      { x: 1, y: NaN },
      { x: 2, y: 2 },
    ]);
  });
});
