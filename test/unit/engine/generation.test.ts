/** One step at a time, and from outputs to tokens. */
import { describe, expect, it } from "vitest";
import { readTrace, forward } from "../../../src/engine/bptt.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { sampleToken, softmax } from "../../../src/engine/sampling.ts";
import { createStepper } from "../../../src/engine/stepper.ts";
import { tensorOf } from "../../../src/trace/trace.ts";
import {
  buildBatch,
  buildModel,
  buildPass,
  cellKinds,
  layerConfig,
} from "../../gradcheck/smallNetwork.ts";

describe("a stepper", () => {
  it("gives, bit for bit, the outputs of the whole sequence", () => {
    for (const kind of cellKinds) {
      for (const input of ["one-hot", "embedding", "dense"] as const) {
        const model = buildModel({ layers: [layerConfig(kind, 4), layerConfig(kind, 3)], input });
        const batch = buildBatch(model, { lengths: [5] });
        const pass = buildPass(model, batch);
        forward(pass, batch);
        const { data } = tensorOf(readTrace(pass), "output");
        const stepper = createStepper(model);
        const given = (t: number) =>
          batch.input.kind === "tokens"
            ? batch.input.tokens[t]
            : batch.input.values.subarray(t * 6, (t + 1) * 6);
        for (let round = 0; round < 2; round++) {
          const outputs = Array.from({ length: 5 }, (_, t) => [...stepper.step(given(t))]).flat();
          expect(Float64Array.from(outputs), `${kind} ${input} round ${round}`).toEqual(data);
          stepper.reset();
        }
      }
    }
  });

  it("reads new weights when it is reset", () => {
    const model = buildModel({ input: "one-hot" });
    const stepper = createStepper(model);
    const before = stepper.step(3).slice();
    for (const { value } of model.parameters) value.fill(0);
    stepper.reset();
    expect(before.every((value) => value !== 0)).toBe(true);
    expect(stepper.step(3).every((value) => value === 0)).toBe(true);
  });

  it("says what it wanted instead", () => {
    const tokens = createStepper(buildModel({ input: "one-hot" }));
    expect(() => tokens.step([1, 2])).toThrow("The model reads tokens, but was given numbers.");
    expect(() => tokens.step(9)).toThrow(
      "Input token 9 at step 0 of sequence 0 is outside the vocabulary of 9.",
    );
    const dense = createStepper(buildModel({ input: "dense" }));
    expect(() => dense.step(1)).toThrow("The model reads numbers, but was given a token.");
    expect(() => dense.step([1, 2])).toThrow(
      "The model reads 6 numbers in a step, but was given 2.",
    );
  });
});

describe("sampling", () => {
  const logits = [0, 2, 1, -1];

  it("turns logits into probabilities, however large they are", () => {
    expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5]);
    const sum = softmax(logits).reduce((total, one) => total + one, 0);
    expect(sum).toBeCloseTo(1, 12);
    expect(softmax(logits, 0.5)[1] / softmax(logits, 0.5)[2]).toBeCloseTo(Math.exp(2), 9);
  });

  it("follows the probabilities", () => {
    const random = createRandom(1);
    const counts = [0, 0, 0, 0];
    const draws = 40_000;
    for (let k = 0; k < draws; k++) counts[sampleToken(logits, { temperature: 1, random })]++;
    for (const [token, probability] of softmax(logits).entries()) {
      expect(Math.abs(counts[token] / draws - probability), `token ${token}`).toBeLessThan(0.01);
    }
  });

  it("keeps to the likeliest few, and takes the likeliest at temperature 0", () => {
    const random = createRandom(1);
    const drawn = new Set(
      Array.from({ length: 500 }, () => sampleToken(logits, { temperature: 3, topK: 2, random })),
    );
    expect(drawn).toEqual(new Set([1, 2]));
    expect(sampleToken(logits, { temperature: 0, random })).toBe(1);
    expect(sampleToken([1, 1, 1], { temperature: 1, topK: 1, random })).toBe(0);
  });

  it("draws the same tokens from the same seed", () => {
    const [first, second] = [9, 9].map((seed) => {
      const random = createRandom(seed);
      return Array.from({ length: 50 }, () => sampleToken(logits, { temperature: 1, random }));
    });
    expect(second).toEqual(first);
  });
});
