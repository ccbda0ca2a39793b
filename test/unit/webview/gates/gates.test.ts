import { describe, expect, it } from "vitest";
import { gatesLayout, preferredHeight } from "../../../../webview/gates/layout.ts";
import {
  cellInWords,
  cellLines,
  legendTitle,
  scaleOf,
  summaryInWords,
} from "../../../../webview/gates/parts.ts";
import { valueAt } from "../../../../webview/gates/unitTraces.ts";

const view = { steps: { from: 0, to: 50 }, units: { from: 0, to: 64 }, saturates: true };
const sizes = [
  [276, 500],
  [296, 280],
  [640, 700],
  [1400, 900],
] as const;

describe("the layout of the gates panel", () => {
  it.each(sizes)(
    "keeps every part inside a canvas of %i by %i, without overlap",
    (width, height) => {
      const { heatmap, saturation, trace, axisTop } = gatesLayout({ ...view, width, height });
      const right = heatmap.time.left + heatmap.time.width;
      expect(heatmap.time.left).toBeGreaterThanOrEqual(30);
      expect(heatmap.top + heatmap.height).toBeLessThan(trace?.top ?? 0);
      expect((trace?.top ?? 0) + (trace?.height ?? 0)).toBe(axisTop);
      expect(axisTop).toBeLessThanOrEqual(height - 20);
      expect(saturation?.left).toBeGreaterThan(right);
      expect((saturation?.left ?? 0) + (saturation?.width ?? 0)).toBeLessThanOrEqual(width);
      expect(heatmap.height).toBeGreaterThan(80);
    },
  );

  it.each(sizes)(
    "aligns the trace with the heatmap, and saturation with its rows, at %i by %i",
    (width, height) => {
      const { heatmap, saturation, trace } = gatesLayout({ ...view, width, height });
      expect([trace?.left, trace?.width]).toEqual([heatmap.time.left, heatmap.time.width]);
      expect([saturation?.top, saturation?.height]).toEqual([heatmap.top, heatmap.height]);
    },
  );

  it("gives a low view to the units, without the trace of one", () => {
    const { heatmap, trace, axisTop } = gatesLayout({ ...view, width: 300, height: 160 });
    expect(trace).toBeUndefined();
    expect(heatmap.top + heatmap.height).toBe(axisTop);
    expect(heatmap.height).toBeGreaterThan(100);
  });

  it("gives the room of the saturation to the heatmap where nothing can saturate", () => {
    const with_ = gatesLayout({ ...view, width: 300, height: 500 });
    const without = gatesLayout({ ...view, saturates: false, width: 300, height: 500 });
    expect(without.saturation).toBeUndefined();
    expect(without.heatmap.time.width).toBeGreaterThan(with_.heatmap.time.width + 20);
  });

  it("makes room for tokens when steps are wide enough to read them", () => {
    expect(gatesLayout({ ...view, width: 300, height: 500 }).withTokens).toBe(false);
    expect(gatesLayout({ ...view, width: 900, height: 500 }).withTokens).toBe(true);
    expect(
      gatesLayout({ ...view, steps: { from: 7, to: 17 }, width: 300, height: 500 }).withTokens,
    ).toBe(true);
  });

  it("does not blow up a layer of few units", () => {
    const height = preferredHeight(8);
    const { heatmap } = gatesLayout({ ...view, units: { from: 0, to: 8 }, width: 300, height });
    expect(heatmap.height / 8).toBeLessThanOrEqual(28);
  });
});

describe("the colours of a gate", () => {
  it("are the same for every sigmoid gate and for every tanh gate", () => {
    const quiet = { minimum: 0.4, maximum: 0.6 };
    expect(scaleOf("sigmoid", quiet)).toMatchObject({ kind: "sequential", minimum: 0, maximum: 1 });
    expect(scaleOf("tanh", quiet)).toMatchObject({ kind: "diverging", minimum: -1, maximum: 1 });
  });

  it("show a state by the range that it reached, symmetric if it has signs", () => {
    expect(scaleOf("unbounded", { minimum: -1, maximum: 4 })).toMatchObject({
      minimum: -4,
      maximum: 4,
    });
    expect(scaleOf("unbounded", { minimum: 0, maximum: 4 })).toMatchObject({
      kind: "sequential",
      minimum: 0,
    });
    expect(scaleOf("unbounded", { minimum: 0, maximum: 0 })).toMatchObject({
      minimum: 0,
      maximum: 1,
    });
  });
});

describe("what the gates panel says", () => {
  const summary = {
    minimum: 0,
    maximum: 1,
    nonFiniteCount: 0,
    saturatedLow: 0.12,
    saturatedHigh: 0.03,
  };
  const facts = {
    part: "f",
    unit: 12,
    value: 0.972,
    steps: { from: 17, to: 18 },
    unitCount: 1,
    token: " ",
  };

  it("sums saturation up", () => {
    expect(summaryInWords("sigmoid", summary)).toBe("12 % of values below 0.05, 3 % above 0.95.");
    expect(summaryInWords("tanh", summary)).toBe("12 % of values below −0.95, 3 % above 0.95.");
  });

  it("has no range to give where no value is finite", () => {
    const nothing = { ...summary, minimum: NaN, maximum: NaN, nonFiniteCount: 3 };
    expect(summaryInWords("unbounded", nothing)).toBe(
      "No value is finite. 3 values are not finite.",
    );
    expect(scaleOf("unbounded", nothing)).toMatchObject({ minimum: -1, maximum: 1 });
  });

  it("gives the range of a state, which cannot saturate", () => {
    expect(summaryInWords("unbounded", { ...summary, minimum: -2.5 })).toBe(
      "Values from −2.5 to 1.",
    );
  });

  it("never keeps quiet about values that are not finite", () => {
    expect(summaryInWords("sigmoid", { ...summary, nonFiniteCount: 1 })).toContain(
      "1 value is not finite.",
    );
    expect(summaryInWords("unbounded", { ...summary, nonFiniteCount: 1200 })).toContain(
      "1,200 values are not finite.",
    );
  });

  it("names unit, step, token and value of a cell", () => {
    expect(cellLines(facts)).toEqual(["f = 0.972", "unit 12 · step 17 · ␣"]);
    expect(cellInWords(facts, "sigmoid")).toBe(
      "Step 17, “␣”, unit 12: f = 0.972, open (saturated).",
    );
  });

  it("calls the numbers that are read by their names", () => {
    const read = { ...facts, part: "input", value: -1.5, token: "192 ms", name: "113 Hz" };
    expect(cellLines(read)).toEqual(["input = −1.5", "113 Hz · step 17 · 192 ms"]);
    expect(cellInWords(read, "unbounded")).toBe("Step 17, “192 ms”, 113 Hz: input = −1.5.");
    expect(cellLines({ ...read, unitCount: 3 })[1]).toContain("3 units from 113 Hz");
    expect(legendTitle("input", "unbounded")).toContain("what is read");
  });

  it("says when a cell stands for several", () => {
    expect(cellLines({ ...facts, steps: { from: 100, to: 120 }, unitCount: 4 })).toEqual([
      "f = 0.972 (farthest out)",
      "4 units from 12 · steps 100–119",
    ]);
  });

  it.each([
    [0.01, "sigmoid", "shut (saturated)"],
    [NaN, "sigmoid", "not a finite number"],
    [-0.99, "tanh", "(saturated)"],
  ] as const)("calls %d of a %s gate %s", (value, activation, words) => {
    expect(cellInWords({ ...facts, value }, activation)).toContain(words);
  });

  it("has a legend with what the ends mean", () => {
    expect(legendTitle("f", "sigmoid")).toContain("0 shut, 1 open");
    expect(legendTitle("c", "unbounded")).toBe("c, cell state (no unit)");
  });
});

describe("a unit's trace", () => {
  const trace = {
    sequence: "t",
    tensor: "x",
    unit: 3,
    steps: { from: 10, to: 16 },
    values: Float32Array.of(1, 2, 3),
  };

  it("has at every step the value of its bucket", () => {
    expect([10, 11, 12, 15].map((t) => valueAt(trace, t)?.value)).toEqual([1, 1, 2, 3]);
    expect(valueAt(trace, 13)?.steps).toEqual({ from: 12, to: 14 });
  });

  it("has none outside of the steps that were fetched", () => {
    expect(valueAt(trace, 9)).toBeUndefined();
    expect(valueAt(trace, 16)).toBeUndefined();
  });
});
