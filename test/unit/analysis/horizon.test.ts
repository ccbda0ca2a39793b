import { describe, expect, it } from "vitest";
import { flowVerdict, growthFactors } from "../../../src/analysis/horizon.ts";

const geometric = (factor: number, count: number) =>
  Array.from({ length: count }, (_, i) => 3 * factor ** i);

describe("the verdict on a gradient's reach", () => {
  it("calls a fall by more than a thousand vanishing, and gives its half-life", () => {
    const verdict = flowVerdict(geometric(0.5, 21));
    expect(verdict.kind).toBe("vanishing");
    expect(verdict.steps).toBe(20);
    expect(verdict.ratio).toBeCloseTo(2 ** -20, 12);
    expect(verdict.growthPerStep).toBeCloseTo(0.5, 10);
    expect(verdict.halfLife).toBeCloseTo(1, 10);
    expect(verdict.doublingTime).toBeUndefined();
    expect(verdict.text).toBe("The gradient falls by 1e-6 over 20 steps; half-life 1.0 steps.");
  });

  it("calls a rise by more than a thousand exploding, and gives its doubling time", () => {
    const verdict = flowVerdict(geometric(2, 15));
    expect(verdict.kind).toBe("exploding");
    expect(verdict.doublingTime).toBeCloseTo(1, 10);
    expect(verdict.text).toBe("The gradient grows by 2e+4 over 14 steps; doubling in 1.0 steps.");
  });

  it("calls what stays within a factor of a thousand steady", () => {
    const verdict = flowVerdict(geometric(0.98, 101));
    expect(verdict.kind).toBe("steady");
    expect(verdict.text).toBe("The gradient keeps its size within a factor of 7.5 over 100 steps.");
  });

  it("measures distance in steps, not in samples", () => {
    const verdict = flowVerdict([8, 4, 1], [0, 1, 3]);
    expect(verdict.halfLife).toBeCloseTo(1, 10);
    expect(verdict.steps).toBe(3);
  });

  it("fits through the noise of single steps", () => {
    const norms = geometric(0.5, 30).map((norm, i) => norm * (i % 2 ? 3 : 1 / 3));
    expect(flowVerdict(norms).halfLife).toBeCloseTo(1, 1);
  });

  it("begins where the gradient first arrives and says when it underflows", () => {
    const verdict = flowVerdict([0, 0, 1, 0.1, 0.01, 0, 0]);
    expect(verdict.kind).toBe("vanishing");
    expect(verdict.text).toBe("The gradient falls to zero over 4 steps; half-life 0.3 steps.");
  });

  it("has words for no gradient, one step, and numbers that are not finite", () => {
    expect(flowVerdict([0, 0]).kind).toBe("none");
    expect(flowVerdict([]).kind).toBe("none");
    expect(flowVerdict([1])).toMatchObject({ kind: "steady", steps: 0 });
    expect(flowVerdict([1]).text).toMatch(/one step only/);
    expect(flowVerdict([1, Infinity]).kind).toBe("exploding");
    expect(flowVerdict([1, NaN]).kind).toBe("exploding");
  });
});

describe("growth factors", () => {
  it("say by how much each step back multiplies the gradient", () => {
    expect([...growthFactors([8, 4, 6, 0, 0])]).toEqual([0.5, 1.5, 0, NaN]);
    expect([...growthFactors([1])]).toEqual([]);
  });
});
