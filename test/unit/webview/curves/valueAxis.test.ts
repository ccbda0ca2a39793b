import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Line, PlotKind } from "../../../../webview/curves/plots.ts";
import { createRunSeries } from "../../../../webview/curves/runSeries.ts";
import { tickLabels, valueAxis } from "../../../../webview/curves/valueAxis.ts";

const run = createRunSeries({ runFolder: "a", name: "a", state: "finished", rows: [] });
const axisFor = (
  about: { readonly kind?: PlotKind; readonly isLogarithmic?: boolean; readonly isShare?: boolean },
  values: readonly number[],
) => {
  const points = values.map((y, x) => ({ x, y }));
  const line: Line = { run, name: "value", stroke: "solid", points };
  const { kind = "loss", isLogarithmic = false, isShare = false } = about;
  return valueAxis({ kind, lines: [line], marks: [], isLogarithmic, isShare });
};
const axisOf = (isLogarithmic: boolean, ...values: readonly number[]) =>
  axisFor({ isLogarithmic }, values);

const shareAxis = (kind: PlotKind) => axisFor({ kind, isShare: true }, [0, 1]);

describe("the labels of an axis", () => {
  it("have as many digits as tell ticks apart, and no more", () => {
    expect(tickLabels([0, 0.5, 1], true)).toEqual(["0 %", "50 %", "100 %"]);
    expect(tickLabels([0.216, 0.218, 0.22], true)).toEqual(["21.6 %", "21.8 %", "22.0 %"]);
    expect(tickLabels([0, 0.21643], true)).toEqual(["0 %", "22 %"]);
    expect(tickLabels([2.7, 2.8, 3], false)).toEqual(["2.7", "2.8", "3"]);
    expect(tickLabels([2.6821, 2.6823], false)).toEqual(["2.6821", "2.6823"]);
  });
});

describe("the axis of a constant value", () => {
  it("stands on zero and names the value, not an invented range around it", () => {
    expect(axisOf(false, 0.005, 0.005, 0.005)).toEqual({
      minimum: 0,
      maximum: 0.0075,
      ticks: [0, 0.005],
    });
  });

  it("does not go beyond all of a share", () => {
    expect(axisFor({ kind: "accuracy", isShare: true }, [1, 1])?.maximum).toBe(1);
  });

  it("is nothing where there are no values", () => {
    expect(axisOf(false, NaN)).toBeUndefined();
    expect(axisOf(true)).toBeUndefined();
  });
});

describe("a linear axis", () => {
  it("begins at zero where values come near to it and none is below", () => {
    expect(axisOf(false, 0.01, 1.4)).toMatchObject({ minimum: 0, ticks: [0, 0.5, 1] });
    expect(axisOf(false, -0.2, 1)?.minimum).toBeLessThan(-0.2);
    expect(axisOf(false, 2.5, 3)?.minimum).toBeCloseTo(2.48);
  });

  it("goes neither below nothing nor above all of a share, but for labels that took more edits than there are", () => {
    expect(shareAxis("accuracy")).toMatchObject({ minimum: 0, maximum: 1 });
    expect(shareAxis("labelErrors")).toMatchObject({ minimum: 0, maximum: 1.04 });
  });

  it("holds every value, and always has something to read and never too much", () => {
    const any = fc
      .double({ min: -1e9, max: 1e9, noNaN: true })
      .map((value) => (Math.abs(value) < 1e-200 ? 0 : value));
    fc.assert(
      fc.property(any, any, (one, other) => {
        const axis = axisOf(false, one, other);
        expect(axis?.minimum).toBeLessThanOrEqual(Math.min(one, other));
        expect(axis?.maximum).toBeGreaterThanOrEqual(Math.max(one, other));
        expect(axis?.minimum).toBeLessThan(axis?.maximum ?? 0);
        expect(axis?.ticks.length).toBeGreaterThanOrEqual(1);
        expect(axis?.ticks.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe("a logarithmic axis", () => {
  it("has ticks at 1, 2 and 5 where it spans less than a decade or two", () => {
    expect(axisOf(true, 0.18, 0.9)?.ticks).toEqual([0.1, 0.2, 0.5, 1]);
    expect(axisOf(true, 0.6, 3.5)?.ticks).toEqual([0.5, 1, 2, 5]);
  });

  it("has ticks at 1 and 3 where 1, 2 and 5 would be too many", () => {
    expect(axisOf(true, 0.04, 1.4)?.ticks).toEqual([0.03, 0.1, 0.3, 1]);
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
