import { describe, expect, it } from "vitest";
import type { TimelineColumn } from "../../../../src/protocol/timelineColumn.ts";
import type { ModelDescription } from "../../../../src/trace/trace.ts";
import { gradientScale } from "../../../../webview/lib/colorMaps.ts";
import {
  activity,
  extend,
  fullLoss,
  gradientShare,
  noExtremes,
} from "../../../../webview/timeline/scales.ts";

const column = (more: Partial<TimelineColumn>): TimelineColumn => ({
  t: 0,
  input: "a",
  cells: [],
  ...more,
});
const model = (loss: ModelDescription["loss"], size: number): ModelDescription => ({
  input: { kind: "dense", size: 1 },
  layers: [],
  output: { size, at: "each-step" },
  loss,
  parameterCount: 0,
});

describe("the width of an arrow", () => {
  const scale = gradientScale(0.3);

  it("is full for the largest gradient and falls evenly with each decade", () => {
    expect(gradientShare(scale, 0.3)).toBeCloseTo(1, 12);
    const decade = gradientShare(scale, 0.3) - gradientShare(scale, 0.03);
    expect(gradientShare(scale, 0.003) - gradientShare(scale, 0.0003)).toBeCloseTo(decade, 12);
    expect(decade).toBeGreaterThan(0.1);
  });

  it("is none for a gradient that vanished, but some for the least that the scale knows", () => {
    expect(gradientShare(scale, 0)).toBe(0);
    expect(gradientShare(scale, 0.3e-9)).toBe(0);
    expect(gradientShare(scale, 0.31e-8)).toBeGreaterThan(0);
    expect(gradientShare(scale, NaN)).toBe(0);
  });

  it("is full for one that exploded", () => {
    expect(gradientShare(scale, Infinity)).toBe(1);
    expect(gradientShare(scale, 7)).toBe(1);
  });
});

describe("the extremes of a trace", () => {
  it("grow over columns and ignore what is not finite", () => {
    const extremes = noExtremes();
    const cell = { layer: 0, direction: "forward", gates: [], hNorm: 1 } as const;
    extend(extremes, [
      column({ loss: 2, cells: [{ ...cell, hGradientNorm: 0.5, cGradientNorm: 3 }] }),
    ]);
    extend(extremes, [column({ loss: NaN, cells: [{ ...cell, hGradientNorm: Infinity }] })]);
    extend(extremes, [
      column({ loss: 1, forecast: [{ name: "temperature", predicted: 4, truth: -2 }] }),
    ]);
    extend(extremes, [column({ forecast: [{ name: "temperature", predicted: 9 }] })]);
    expect(extremes.loss).toBe(2);
    expect(extremes.gradient).toBe(3);
    expect(extremes.forecast.get("temperature")).toEqual([-2, 9]);
  });

  it("measure a class's loss against guessing, and a squared error against the largest", () => {
    const extremes = { ...noExtremes(), loss: 0.5 };
    expect(fullLoss(model("cross-entropy", 10), extremes)).toBeCloseTo(Math.log(10), 12);
    expect(fullLoss(model("cross-entropy", 10), { ...extremes, loss: 7 })).toBe(7);
    expect(fullLoss(model("mean-squared-error", 10), extremes)).toBe(0.5);
    expect(fullLoss(model("mean-squared-error", 10), noExtremes())).toBe(1);
  });

  it("call a layer whose units are all ±1 fully active, whatever its size", () => {
    expect(activity(Math.sqrt(64), 64)).toBe(1);
    expect(activity(0, 64)).toBe(0);
  });
});
