/** The comparison that all gradient and golden tests stand on: it fails when it should, and says where. */
import { describe, expect, it } from "vitest";
import { centralDifferences, disagreement } from "./differences.ts";

describe("a disagreement", () => {
  const wanted = Float64Array.of(1, -2, 3, 4, 5, 6);

  it("names the tensor, the index of the worst entry, and both values", () => {
    const found = Float64Array.of(1, -2.1, 3, 4, 5.5, 6);
    expect(disagreement("grad.param.weight_hh_l0", [2, 3], found, wanted, 1e-6)).toBe(
      "grad.param.weight_hh_l0[1,1] is 5.5, should be 5 (8.3e-2 of the largest)",
    );
  });

  it("is found in a NaN, in a missing entry, and where everything is zero", () => {
    const broken = wanted.with(2, Number.NaN);
    expect(disagreement("h", [6], broken, wanted, 1e-6)).toBe(
      "h[2] is NaN, should be 3 (Infinity of the largest)",
    );
    expect(disagreement("h", [6], wanted.subarray(1), wanted, 1e-6)).toBe(
      "h: 5 entries instead of 6",
    );
    const zeros = new Float64Array(6);
    expect(disagreement("h", [6], zeros, zeros, 1e-6)).toBe("h: all zero, which proves nothing");
  });

  it("is none within the tolerance of the largest entry", () => {
    const found = wanted.map((value) => value + 5e-6);
    expect(disagreement("h", [6], found, wanted, 1e-6)).toBeUndefined();
    expect(disagreement("h", [6], found, wanted, 5e-7)).toContain("is");
  });
});

describe("central differences", () => {
  it("are the derivatives of a function, whose arguments they leave as they were", () => {
    const x = Float64Array.of(0.5, -1.5);
    const derivatives = centralDifferences(x, () => Math.sin(x[0]) * x[1] ** 2);
    expect(derivatives[0]).toBeCloseTo(Math.cos(0.5) * 2.25, 8);
    expect(derivatives[1]).toBeCloseTo(Math.sin(0.5) * -3, 8);
    expect([...x]).toEqual([0.5, -1.5]);
  });
});
