import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decadeTicks,
  niceTicks,
  stepAtX,
  timeAxis,
  wholeTicks,
  xOfStep,
  type TimeScale,
} from "../../../../webview/lib/axes.ts";

const labels = (ticks: readonly { readonly label: string }[]): readonly string[] =>
  ticks.map(({ label }) => label);

describe("niceTicks", () => {
  it("steps by 1, 2 or 5 times a power of ten", () => {
    expect(labels(niceTicks(0, 1, 5))).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(labels(niceTicks(-1, 1, 4))).toEqual(["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
  });

  it("stays within the range and never has more ticks than twice the number asked for", () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        finite,
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (low, width, count) => {
          const ticks = niceTicks(low, low + width, count);
          expect(ticks.length).toBeLessThanOrEqual(2 * count + 1);
          for (const { value } of ticks) {
            expect(value).toBeGreaterThanOrEqual(low - width * 1e-6);
            expect(value).toBeLessThanOrEqual(low + width * (1 + 1e-6));
          }
        },
      ),
    );
  });
});

describe("decadeTicks", () => {
  it("counts from the largest value downwards", () => {
    expect(labels(decadeTicks(1e-8, 1, 5))).toEqual(["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]);
    expect(labels(decadeTicks(2e-8, 2, 3))).toEqual(["10⁻⁶", "10⁻³", "10⁰"]);
  });
});

describe("wholeTicks", () => {
  it("names whole steps only, however few there are", () => {
    expect(wholeTicks({ from: 3, to: 5 }, 400, 40)).toEqual([3, 4]);
    expect(wholeTicks({ from: 0, to: 1 }, 400, 40)).toEqual([0]);
    expect(wholeTicks({ from: 0, to: 50 }, 240, 40)).toEqual([0, 10, 20, 30, 40]);
  });
});

describe("a time scale", () => {
  const scale: TimeScale = { span: { from: 10, to: 35 }, left: 40, width: 311 };

  it("finds the step that a pixel of it belongs to", () => {
    for (let t = 10; t < 35; t++) {
      expect(stepAtX(scale, xOfStep(scale, t) + 0.01)).toBe(t);
      expect(stepAtX(scale, xOfStep(scale, t + 1) - 0.01)).toBe(t);
    }
  });
});

const tokenOf = (t: number): string => (t === 1 ? "whale" : " ");

const day = (t: number): string => `2015-04-${String(t + 1).padStart(2, "0")}`;

describe("a time axis", () => {
  it("writes the token under every step when there is room", () => {
    const { tokens } = timeAxis({ span: { from: 0, to: 3 }, left: 0, width: 90 }, tokenOf, 7);
    expect(labels(tokens)).toEqual(["␣", "whale", "␣"]);
    expect(tokens[1].x).toBe(45);
  });

  it("thins out names that do not fit side by side, and keeps the current one", () => {
    const scale: TimeScale = { span: { from: 0, to: 20 }, left: 34, width: 300 };
    const names = timeAxis(scale, day, 7).tokens;
    expect(names.map(({ t }) => t)).toEqual([0, 6, 12, 18]);
    const withCurrent = timeAxis(scale, day, 7, 10).tokens;
    expect(withCurrent.map(({ t }) => t)).toEqual([0, 18, 10]);
    for (const { label, x } of withCurrent) {
      expect(label).toHaveLength(10);
      expect(x + 35).toBeLessThanOrEqual(scale.left + scale.width + 4);
    }
  });

  it("writes none when steps are too narrow to read them", () => {
    const { tokens, numbers } = timeAxis(
      { span: { from: 0, to: 300 }, left: 0, width: 300 },
      tokenOf,
      7,
    );
    expect(tokens).toEqual([]);
    expect(labels(numbers)).toEqual(["0", "50", "100", "150", "200", "250"]);
  });

  it("leaves out tokens that are not known yet", () => {
    const axis = timeAxis(
      { span: { from: 0, to: 2 }, left: 0, width: 60 },
      (t) => (t === 0 ? "a" : undefined),
      7,
    );
    expect(axis.tokens.map(({ t }) => t)).toEqual([0]);
  });
});
