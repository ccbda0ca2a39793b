import { describe, expect, it } from "vitest";
import type { CurveRun } from "../../../../src/protocol/curvesContract.ts";
import type { MetricsRow } from "../../../../src/protocol/training.ts";
import { plotsOf, strokesOf, type PlotRequest } from "../../../../webview/curves/plots.ts";
import { nearestPoint, stepAlong } from "../../../../webview/curves/readings.ts";
import { createRunCache } from "../../../../webview/curves/runCache.ts";
import { createRunSeries, rulerFor } from "../../../../webview/curves/runSeries.ts";

const row = (update: number, more: Partial<MetricsRow> = {}): MetricsRow => ({
  update,
  epoch: 0,
  elapsedMs: update * 1000,
  trainLoss: 10 / update,
  ...more,
});

const run = (name: string, rows: readonly MetricsRow[]): CurveRun => ({
  runFolder: `/data/.unroll/runs/${name}`,
  name,
  state: "training",
  rows,
});

const request = (...runs: CurveRun[]): PlotRequest => {
  const series = runs.map(createRunSeries);
  return { runs: series, ruler: rulerFor("updates", series), smooth: false };
};

const kinds = (...runs: CurveRun[]) => plotsOf(request(...runs)).map(({ kind }) => kind);

describe("the plots", () => {
  it("are those that have something to show; the loss is always there", () => {
    expect(kinds()).toEqual(["loss"]);
    expect(kinds(run("a", [row(1, { learningRate: 0.1 })]))).toEqual(["loss", "learningRate"]);
    expect(
      kinds(run("a", [row(1)]), run("b", [row(1, { gradientNorm: 1, validationAccuracy: 0.5 })])),
    ).toEqual(["loss", "accuracy", "gradient"]);
  });

  it("mark the best validation of each run", () => {
    const rows = [3, 1, 2].map((validationLoss, index) => row(index + 1, { validationLoss }));
    const [loss] = plotsOf(request(run("a", rows), run("b", [row(1)])));
    expect(loss.marks.map(({ run, point }) => [run.name, point])).toEqual([["a", { x: 2, y: 1 }]]);
  });

  it("keep the raw losses faintly visible behind the smoothed ones", () => {
    const [loss] = plotsOf({ ...request(run("a", [row(1), row(2)])), smooth: true });
    expect(loss.lines.map(({ name, stroke }) => [name, stroke])).toEqual([
      ["training", "faint"],
      ["training, smoothed", "solid"],
    ]);
  });

  it("explain each stroke once, however many runs have it, and none where there is but one", () => {
    const rows = [row(1, { validationLoss: 1, learningRate: 0.1 })];
    const [loss, rate] = plotsOf(request(run("a", rows), run("b", rows)));
    expect(strokesOf(loss).map(({ name }) => name)).toEqual(["training", "validation"]);
    expect(strokesOf(rate)).toEqual([]);
  });
});

describe("the series of shown runs", () => {
  it("grow by new rows and are the same objects as before", () => {
    const cache = createRunCache();
    const rows = [row(1), row(2)];
    const [before] = cache.follow([run("a", rows)]);
    const [after] = cache.follow([{ ...run("a", [...rows, row(3)]), state: "finished" }]);
    expect(after).toBe(before);
    expect(after.series.trainLoss.count).toBe(3);
    expect(after.state).toBe("finished");
  });

  it("recognise rows that crossed the boundary again", () => {
    const cache = createRunCache();
    const rows = [row(1), row(2)];
    const [before] = cache.follow([run("a", rows)]);
    expect(cache.follow([run("a", structuredClone(rows))])[0]).toBe(before);
  });

  it("are built again when the past changed, as after resuming from a checkpoint", () => {
    const cache = createRunCache();
    cache.follow([run("a", [row(1), row(2), row(3)])]);
    const [after] = cache.follow([run("a", [row(1), row(2, { trainLoss: 99 }), row(3), row(4)])]);
    expect(after.series.trainLoss.samples().map(({ value }) => value)).toContain(99);
    const [shorter] = cache.follow([run("a", [row(1)])]);
    expect(shorter.series.trainLoss.count).toBe(1);
  });

  it("of runs that are no longer shown are forgotten", () => {
    const cache = createRunCache();
    const [before] = cache.follow([run("a", [row(1)])]);
    cache.follow([run("b", [row(1)])]);
    expect(cache.follow([run("a", [row(1)])])[0]).not.toBe(before);
  });
});

describe("reading values", () => {
  const points = [1, 2, 4, 8].map((x) => ({ x, y: x * 10 }));

  it("takes the nearest point, also beyond the ends", () => {
    const nearest = [-5, 1.4, 1.6, 3, 5.9, 6.1, 100].map((x) => nearestPoint(points, x)?.x);
    expect(nearest).toEqual([1, 1, 2, 2, 4, 8, 8]);
    expect(nearestPoint([], 1)).toBeUndefined();
  });

  it("walks from point to point and stops at the ends", () => {
    expect(stepAlong(points, undefined, 1)).toBe(1);
    expect(stepAlong(points, undefined, -1)).toBe(8);
    expect(stepAlong(points, 2, 1)).toBe(4);
    expect(stepAlong(points, 2, -10)).toBe(1);
    expect(stepAlong(points, 8, 1)).toBe(8);
    expect(stepAlong([], 8, 1)).toBeUndefined();
  });
});
