import { describe, expect, it } from "vitest";
import { teacherShare } from "../../../src/engine/sequenceToSequence/teacherShare.ts";

const share = (decay: "linear" | "exponential" | "inverse-sigmoid", update: number, lowest = 0) =>
  teacherShare({ decay, updates: 100, lowest }, update);

describe("the share of right tokens in scheduled sampling", () => {
  it("falls as the paper's three curves do", () => {
    expect(share("linear", 25)).toBeCloseTo(0.75, 12);
    expect(share("linear", 100)).toBe(0);
    expect(share("exponential", 100)).toBeCloseTo(1 / Math.E, 12);
    expect(share("inverse-sigmoid", 100)).toBeCloseTo(0.5, 9);
    expect(share("inverse-sigmoid", 0)).toBeGreaterThan(0.95);
  });

  it("never rises, and never falls below the lowest", () => {
    for (const decay of ["linear", "exponential", "inverse-sigmoid"] as const) {
      let before = 1;
      for (let update = 0; update < 1000; update += 7) {
        const now = share(decay, update, 0.3);
        expect(now).toBeLessThanOrEqual(before);
        expect(now).toBeGreaterThanOrEqual(0.3);
        before = now;
      }
      expect(before).toBe(0.3);
    }
  });
});
