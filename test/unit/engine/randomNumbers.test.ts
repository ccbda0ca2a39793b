/** Random numbers: the published generator, a state that can be saved, the distributions that are promised. */
import { describe, expect, it } from "vitest";
import { createRandom, restoreRandom, type Random } from "../../../src/engine/rng.ts";

const words = (random: Random, count: number): readonly number[] =>
  Array.from({ length: count }, () => random.integer(0x100000000));

const draw = (from: Random): readonly number[] => [from.normal(), from.uniform(), from.integer(10)];

describe("random numbers", () => {
  it("are those of xoshiro128** for a known state", () => {
    // The test vector of the rand_xoshiro crate, made with the authors' C code.
    expect(words(restoreRandom([1, 2, 3, 4]), 5)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883,
    ]);
  });

  it("are seeded through splitmix32", () => {
    expect(createRandom(42).state()).toEqual([551831576, 144025891, 322543647, 3034809370]);
    expect(words(createRandom(42), 3)).toEqual([660444221, 3652823732, 77672526]);
  });

  it("continue exactly from a saved state, whatever was drawn before", () => {
    const random = createRandom(5);
    random.normal();
    random.integer(7);
    const restored = restoreRandom(random.state());
    expect(draw(restored)).toEqual(draw(random));
  });

  it("refuse a state that is none", () => {
    expect(() => restoreRandom([0, 0, 0, 0])).toThrow(
      "four 32-bit words, not all zero; this is [0, 0, 0, 0]",
    );
    expect(() => restoreRandom([1, 2, 3])).toThrow("[1, 2, 3]");
    expect(() => restoreRandom([1, 2, 3, 0.5])).toThrow("[1, 2, 3, 0.5]");
  });

  it("have the mean and deviation of their distributions", () => {
    const random = createRandom(1);
    const count = 200_000;
    const moments = (draw: () => number): readonly [mean: number, deviation: number] => {
      let sum = 0;
      let squares = 0;
      for (let k = 0; k < count; k++) {
        const value = draw();
        sum += value;
        squares += value * value;
      }
      return [sum / count, Math.sqrt(squares / count - (sum / count) ** 2)];
    };
    const [uniformMean, uniformDeviation] = moments(() => random.uniform());
    expect(uniformMean).toBeCloseTo(0.5, 2);
    expect(uniformDeviation).toBeCloseTo(Math.sqrt(1 / 12), 2);
    const [normalMean, normalDeviation] = moments(() => random.normal());
    expect(Math.abs(normalMean)).toBeLessThan(0.01);
    expect(Math.abs(normalDeviation - 1)).toBeLessThan(0.01);
  });

  it("draw every whole number below a bound equally often", () => {
    const random = createRandom(1);
    const counts = Array.from({ length: 6 }, () => 0);
    for (let k = 0; k < 60_000; k++) counts[random.integer(6)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});
