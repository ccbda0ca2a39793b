import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reachOf, verdictInWords } from "../../../../webview/gradients/verdict.ts";

const sources = Array.from({ length: 50 }, (_, k) => k);
/** A row of the matrix: the loss at step t, growing by `factor` with every step back. */
const row = (factor: number, t = 49): number[] =>
  sources.map((k) => (k > t ? NaN : 0.3 * factor ** (t - k)));
const verdict = (norms: readonly number[], t = 49) => verdictInWords(reachOf(norms, sources, t), t);

describe("the verdict on a gradient", () => {
  it("is that it vanishes when little is left of it", () => {
    expect(reachOf(row(0.66), sources, 49)).toMatchObject({ kind: "vanishes", distance: 49 });
    expect(verdict(row(0.66))).toEqual({
      kind: "vanishes",
      headline: "The gradient vanishes",
      detail:
        "From the loss at step 49 back, it falls to 1.4×10⁻⁹ of its size over 49 steps: × 0.66 a step, halved every 1.7 steps.",
    });
  });

  it("is that it carries when a good part arrives", () => {
    expect(verdict(row(0.98)).detail).toBe(
      "From the loss at step 49 back, 37 % of it is left over 49 steps: × 0.98 a step, halved every 34 steps.",
    );
  });

  it("is about the layer's own steps: a decoder computes nothing while the source is read", () => {
    const decoder = row(0.98).map((norm, k) => (k < 20 ? NaN : norm));
    expect(reachOf(decoder, sources, 49, [20, 50])).toMatchObject({
      kind: "carries",
      distance: 29,
    });
    expect(reachOf(decoder, sources, 49).kind).toBe("broken");
    const encoder = row(0.98).map((norm, k) => (k < 20 ? norm : NaN));
    expect(reachOf(encoder, sources, 49, [0, 20])).toMatchObject({ kind: "carries", distance: 19 });
  });

  it("is that it explodes when it grows a thousandfold", () => {
    expect(verdict(row(1.35)).kind).toBe("explodes");
    expect(verdict(row(1.35)).detail).toContain("doubled every 2.3 steps");
  });

  it("finds the factor of any straight fall or rise", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.4, max: 2, noNaN: true }),
        fc.integer({ min: 2, max: 49 }),
        (factor, t) => {
          const { perStep, ratio } = reachOf(row(factor, t), sources, t);
          expect(perStep).toBeCloseTo(factor, 6);
          expect(ratio / factor ** t).toBeCloseTo(1, 6);
        },
      ),
    );
  });

  it("looks at the chosen loss step alone", () => {
    expect(reachOf(row(0.9, 12), sources, 12).distance).toBe(12);
  });

  it("fits through what is left when the far end is too small for the numbers", () => {
    const fading = row(0.66).map((norm, k) => (k < 20 ? 0 : norm));
    expect(reachOf(fading, sources, 49).perStep).toBeCloseTo(0.66, 6);
    expect(verdict(fading).detail).toContain("falls below the smallest number over 49 steps");
  });

  it("reads a row that was sampled", () => {
    const sampled = [0, 10, 20, 30, 40, 49];
    const norms = sampled.map((k) => 0.9 ** (49 - k));
    expect(reachOf(norms, sampled, 49).perStep).toBeCloseTo(0.9, 6);
  });

  it("does not hide a gradient that is not finite, or not there", () => {
    expect(verdict(row(0.9).with(10, Infinity)).kind).toBe("broken");
    expect(verdict(row(0.9).with(10, NaN)).headline).toBe("The gradient is not finite");
    expect(verdict(sources.map(() => 0)).headline).toBe("No gradient arrives");
  });

  it("has nothing to say about one step", () => {
    expect(verdictInWords(reachOf([0.5], [0], 0), 0).detail).toBe(
      "There is nothing to travel back through.",
    );
  });
});
