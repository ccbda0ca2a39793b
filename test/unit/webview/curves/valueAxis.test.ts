import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Line } from "../../../../webview/curves/plots.ts";
import { createRunSeries } from "../../../../webview/curves/runSeries.ts";
import { valueAxis } from "../../../../webview/curves/valueAxis.ts";

const run = createRunSeries({ runFolder: "a", name: "a", state: "finished", rows: [] });
const axisOf = (isLogarithmic: boolean, ...values: readonly number[]) => {
  const points = values.map((y, x) => ({ x, y }));
  const line: Line = { run, name: "value", stroke: "solid", points };
  return valueAxis({ lines: [line], marks: [], isLogarithmic });
};

describe("the axis of a constant value", () => {
  it("stands on zero and names the value, not an invented range around it", () => {
    expect(axisOf(false, 0.005, 0.005, 0.005)).toEqual({
      minimum: 0,
      maximum: 0.0075,
      ticks: [0, 0.005],
    });
  });

  it("is the usual one as soon as values differ, or are not there", () => {
    expect(axisOf(false, 0.005, 0.004)).toBeUndefined();
    expect(axisOf(false, NaN)).toBeUndefined();
    expect(axisOf(true)).toBeUndefined();
  });
});

describe("a logarithmic axis", () => {
  it("has ticks at 1, 2 and 5 where it spans less than a decade or two", () => {
    expect(axisOf(true, 0.18, 0.9)?.ticks).toEqual([0.1, 0.2, 0.5, 1]);
    expect(axisOf(true, 0.6, 3.5)?.ticks).toEqual([0.5, 1, 2, 5]);
  });

  it("has even ticks within a single step", () => {
    expect(axisOf(true, 0.55, 0.95)).toEqual({
      minimum: 0.5,
      maximum: 1,
      ticks: [0.6, 0.8, 1],
    });
  });

  it("has powers of ten over many decades", () => {
    expect(axisOf(true, 1e-4, 0.9)?.ticks).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1]);
  });

  it("holds every value, and always has something to read and never too much", () => {
    const positive = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (one, other) => {
        const axis = axisOf(true, one, other);
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(axis?.minimum).toBeLessThanOrEqual(low * (1 + 1e-9));
        expect(axis?.maximum).toBeGreaterThanOrEqual(high * (1 - 1e-9));
        expect(axis?.minimum).toBeLessThan(axis?.maximum ?? 0);
        expect(axis?.ticks.length).toBeGreaterThanOrEqual(2);
        expect(axis?.ticks.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});
