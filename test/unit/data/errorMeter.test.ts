/** Simple forecasters are measured in the loss that a network is trained with. */
import { describe, expect, it } from "vitest";
import { errorMeter } from "../../../src/data/errorMeter.ts";
import { gaussian } from "../../../src/engine/losses/gaussian.ts";
import { absoluteError, huber, meanOfPoints } from "../../../src/engine/losses/pointLoss.ts";
import { meanSquaredError } from "../../../src/engine/losses/meanSquaredError.ts";
import type { LossRows } from "../../../src/engine/losses/loss.ts";
import type { LossConfig } from "../../../src/config/schema.ts";

/** Two outputs in three rows: a forecaster that always says 0. */
const truths = Float64Array.of(0.5, -2, 1, 3, -0.1, 0.7);

const rowsOf = (values: Float64Array): LossRows => ({
  rows: 3,
  size: values.length / 3,
  values,
  gradient: new Float64Array(values.length),
  losses: new Float64Array(3),
  weights: new Float64Array(3).fill(1),
});

function measured(loss: LossConfig | undefined): number | undefined {
  const meter = errorMeter(loss, 2, true);
  truths.forEach((truth, k) => meter?.add(k % 2, truth));
  return meter?.mean();
}

describe("an error meter", () => {
  const zeros = new Float64Array(6);

  it("agrees with the engine's own losses", () => {
    const engine = {
      "mean-squared-error": meanSquaredError(rowsOf(zeros), truths).loss,
      "mean-absolute-error": meanOfPoints(rowsOf(zeros), truths, absoluteError).loss,
      huber: meanOfPoints(rowsOf(zeros), truths, huber(0.6)).loss,
    };
    expect(measured(undefined)).toBeCloseTo(engine["mean-squared-error"], 12);
    expect(measured({ kind: "mean-squared-error" })).toBeCloseTo(engine["mean-squared-error"], 12);
    expect(measured({ kind: "mean-absolute-error" })).toBeCloseTo(
      engine["mean-absolute-error"],
      12,
    );
    expect(measured({ kind: "huber", delta: 0.6 })).toBeCloseTo(engine.huber, 12);
  });

  it("gives a Gaussian forecaster the variances that fit its errors best", () => {
    const logVariances = [0, 1].map((output) => {
      const squares = [0, 1, 2].map((row) => truths[2 * row + output] ** 2);
      return Math.log((squares[0] + squares[1] + squares[2]) / 3);
    });
    const lossWith = (shift: number): number => {
      const values = Float64Array.from({ length: 12 }, (_, k) =>
        k % 4 < 2 ? 0 : logVariances[(k % 4) - 2] + shift,
      );
      return gaussian(rowsOf(values), truths).loss;
    };
    expect(measured({ kind: "gaussian" })).toBeCloseTo(lossWith(0), 12);
    expect(lossWith(0)).toBeLessThan(Math.min(lossWith(0.1), lossWith(-0.1)));
  });

  it("says nothing of losses that are not of errors, and stays finite without any error", () => {
    expect(errorMeter({ kind: "sigmoid-cross-entropy" }, 1, false)).toBeUndefined();
    const perfect = errorMeter({ kind: "gaussian" }, 1, false);
    perfect?.add(0, 0);
    expect(Number.isFinite(perfect?.mean())).toBe(true);
  });
});
