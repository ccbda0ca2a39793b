/** CTC by its definition: the sum over all paths, written out where they can be counted. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stepsNeeded } from "../../../src/data/labels.ts";
import { bestPath, prefixBeamSearch } from "../../../src/engine/ctcDecoding.ts";
import { editDistance } from "../../../src/engine/editDistance.ts";
import { createCtc } from "../../../src/engine/losses/ctc.ts";
import { softmax } from "../../../src/engine/sampling.ts";
import { centralDifferences } from "../../gradcheck/differences.ts";
import { labelTarget, lastSteps } from "./labels.ts";

interface Problem {
  readonly logits: Float64Array;
  readonly steps: number;
  readonly size: number;
  readonly blank: number;
  readonly labels: readonly number[];
}

function lossOf({ logits, steps, size, blank, labels }: Problem) {
  const output = {
    rows: steps,
    size,
    steps,
    batch: 1,
    lengths: Int32Array.of(steps),
    values: logits,
    gradient: new Float64Array(logits.length),
    losses: new Float64Array(steps),
    weights: lastSteps(steps, [steps]),
  };
  const result = createCtc()(output, labelTarget([labels]), blank);
  return { ...result, gradient: output.gradient };
}

/** Probability of every label string: of each of the O^T paths, added to the string that it reads as. */
function allStrings({ logits, steps, size, blank }: Omit<Problem, "labels">): Map<string, number> {
  const found = new Map<string, number>();
  const walk = (t: number, path: readonly number[], probability: number): void => {
    if (t === steps) {
      const merged = path.filter((k, at) => k !== path[at - 1] && k !== blank).join();
      found.set(merged, (found.get(merged) ?? 0) + probability);
      return;
    }
    const p = softmax(logits.subarray(t * size, (t + 1) * size));
    for (let k = 0; k < size; k++) walk(t + 1, [...path, k], probability * p[k]);
  };
  walk(0, [], 1);
  return found;
}

const problems = fc
  .record({ steps: fc.integer({ min: 1, max: 5 }), size: fc.integer({ min: 2, max: 4 }) })
  .chain(({ steps, size }) =>
    fc
      .record({
        blank: fc.integer({ min: 0, max: size - 1 }),
        raw: fc.array(fc.integer({ min: 0, max: size - 2 }), { maxLength: steps }),
        logits: fc.array(fc.double({ min: -4, max: 4, noNaN: true }), {
          minLength: steps * size,
          maxLength: steps * size,
        }),
      })
      .map(({ blank, raw, logits }): Problem => ({
        steps,
        size,
        blank,
        labels: raw.map((label) => (label >= blank ? label + 1 : label)),
        logits: Float64Array.from(logits),
      })),
  );

describe("the CTC loss", () => {
  it("is −log of the sum over all paths, for any labels that fit", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const probability = allStrings(problem).get(problem.labels.join());
        const { loss } = lossOf(problem);
        const count = Math.max(1, problem.labels.length);
        if (probability === undefined) expect(loss).toBe(Infinity);
        else expect(loss).toBeCloseTo(-Math.log(probability) / count, 9);
        expect(stepsNeeded(problem.labels) <= problem.steps).toBe(probability !== undefined);
      }),
    );
  });

  it("has the gradient of its differences, and none where no alignment fits", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { loss, gradient } = lossOf(problem);
        if (loss === Infinity) {
          expect(gradient.every((value) => value === 0)).toBe(true);
          return;
        }
        const wanted = centralDifferences(problem.logits, () => lossOf(problem).loss);
        for (const [k, value] of gradient.entries()) expect(value).toBeCloseTo(wanted[k], 7);
      }),
      { numRuns: 50 },
    );
  });

  it("does not depend on the order of the batch, nor on what lies beyond a sequence's end", () => {
    const logits = Float64Array.from({ length: 6 * 2 * 4 }, (_, at) => Math.sin(1 + 17 * at));
    const run = (order: readonly number[], padding: number) => {
      const lengths = Int32Array.from(order, (b) => [6, 3][b]);
      const values = new Float64Array(logits.length).fill(padding);
      for (let t = 0; t < 6; t++) {
        order.forEach((b, place) => {
          if (t >= [6, 3][b]) return;
          values.set(logits.subarray((t * 2 + b) * 4, (t * 2 + b + 1) * 4), (t * 2 + place) * 4);
        });
      }
      const output = {
        rows: 12,
        size: 4,
        steps: 6,
        batch: 2,
        lengths,
        values,
        gradient: new Float64Array(48),
        losses: new Float64Array(12),
        weights: lastSteps(6, lengths),
      };
      const { loss } = createCtc()(output, labelTarget(order.map((b) => [[1, 3, 3], [2]][b])), 0);
      const gradients = order.map((_, place) =>
        Array.from(
          { length: 24 },
          (__, k) => output.gradient[(Math.floor(k / 4) * 2 + place) * 4 + (k % 4)],
        ),
      );
      return { loss, gradients: order[0] === 0 ? gradients : gradients.toReversed() };
    };
    const wanted = run([0, 1], 0);
    const found = run([1, 0], 1e9);
    expect(found.loss).toBeCloseTo(wanted.loss, 12);
    expect(found.gradients).toEqual(wanted.gradients);
    expect(wanted.gradients[1].slice(12).every((value) => value === 0)).toBe(true);
  });

  it("stays finite where probabilities as such would vanish", () => {
    const steps = 800;
    const logits = Float64Array.from({ length: steps * 3 }, (_, at) => 30 * Math.sin(at));
    const labels = Array.from({ length: 300 }, (_, at) => 1 + (at % 2));
    const { loss, gradient } = lossOf({ logits, steps, size: 3, blank: 0, labels });
    expect(Number.isFinite(loss)).toBe(true);
    expect(gradient.every(Number.isFinite)).toBe(true);
    // Each step's probabilities add up to one, before and after.
    const sums = Array.from(
      { length: steps },
      (_, t) => gradient[3 * t] + gradient[3 * t + 1] + gradient[3 * t + 2],
    );
    expect(Math.max(...sums.map(Math.abs))).toBeLessThan(1e-9);
  });

  it("refuses a blank among the labels, and labels that the output does not have", () => {
    const logits = new Float64Array(12);
    const problem = { logits, steps: 4, size: 3, blank: 1 };
    expect(() => lossOf({ ...problem, labels: [0, 1] })).toThrow("has the blank, 1, among");
    expect(() => lossOf({ ...problem, labels: [3] })).toThrow("Label 3 of sequence 0 is outside");
  });
});

describe("decoding", () => {
  it("finds the likeliest strings when the beam is wide enough, with their probabilities", () => {
    fc.assert(
      fc.property(problems, ({ logits, steps, size, blank }) => {
        const all = allStrings({ logits, steps, size, blank });
        const found = prefixBeamSearch({ values: logits, size, batch: 1 }, 0, steps, blank, 2000);
        expect(found).toHaveLength(all.size);
        for (const { labels, logProbability } of found)
          expect(Math.exp(logProbability)).toBeCloseTo(all.get(labels.join()) ?? NaN, 9);
        expect(Math.exp(found[0].logProbability)).toBeCloseTo(Math.max(...all.values()), 9);
      }),
      { numRuns: 50 },
    );
  });

  it("finds a string that the best path misses", () => {
    // Graves' example: blank is the likeliest at both steps, and yet "1" is likelier than nothing.
    const logits = Float64Array.from([0.6, 0.4, 0.6, 0.4], Math.log);
    const outputs = { values: logits, size: 2, batch: 1 };
    expect(bestPath(outputs, 0, 2, 0).labels).toEqual([]);
    const [best] = prefixBeamSearch(outputs, 0, 2, 0, 4);
    expect(best.labels).toEqual([1]);
    expect(Math.exp(best.logProbability)).toBeCloseTo(0.64, 12);
  });

  it("merges what repeats, drops blanks, and knows where each label begins", () => {
    const path = [0, 2, 2, 0, 2, 1, 1, 0];
    const logits = Float64Array.from(
      path.flatMap((best) => [0, 1, 2].map((k) => (k === best ? 5 : 0))),
    );
    const found = bestPath({ values: logits, size: 3, batch: 1 }, 0, 8, 0);
    expect(found).toEqual({ labels: [2, 2, 1], starts: [1, 4, 5] });
  });
});

const codes = (word: string): number[] => Array.from(word, (letter) => letter.charCodeAt(0));

describe("the edit distance", () => {
  it.each([
    ["", "", 0],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["abc", "", 3],
    ["abc", "acb", 2],
  ])("from %j to %j is %i", (from, to, distance) => {
    expect(editDistance(codes(from), codes(to))).toBe(distance);
  });
});
