import { describe, expect, it } from "vitest";
import { createPass, forward } from "../../../src/engine/bptt.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createModel, type Model, type ModelSpec } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { softmax } from "../../../src/engine/sampling.ts";
import { beamSearch } from "../../../src/engine/sequenceToSequence/beamSearch.ts";

const vocabulary = 4;
const source = Int32Array.of(1, 3, 0, 2, 2);

function buildModel(decoder: Partial<ModelSpec["decoder"]> = {}, seed = 1): Model {
  const spec: ModelSpec = {
    input: { kind: "tokens", vocabulary: 5, embedding: 3 },
    layers: [{ cell: "gru", hidden: 4, reset: "after" }],
    decoder: {
      vocabulary,
      embedding: 3,
      layers: [{ cell: "gru", hidden: 4, reset: "after" }],
      start: "map",
      attention: { score: "additive", size: 3 },
      ...decoder,
    },
    initialization: { input: "uniform", recurrent: "uniform", forgetBias: 1 },
    output: { size: vocabulary, at: "each-step" },
    loss: "cross-entropy",
  };
  const model = createModel(spec, {
    kernels: referenceKernels("float64"),
    random: createRandom(seed),
  });
  // Strong weights, so that outputs differ clearly in probability.
  for (const { value } of model.parameters) for (let k = 0; k < value.length; k++) value[k] *= 3;
  return model;
}

/** ln P of an output with its end, by teacher forcing. */
function logProbabilityOf(model: Model, tokens: readonly number[]): number {
  const steps = tokens.length + 1;
  const pass = createPass(model, { steps: source.length, batch: 1, decoderSteps: steps });
  forward(pass, {
    steps: source.length,
    size: 1,
    lengths: Int32Array.of(source.length),
    input: { kind: "tokens", tokens: source },
    decoder: { steps, lengths: Int32Array.of(steps), tokens: Int32Array.of(0, ...tokens) },
    carry: false,
  });
  return [...tokens, 0].reduce((sum, token, t) => {
    const row = pass.output.values.subarray(t * vocabulary, (t + 1) * vocabulary);
    return sum + Math.log(softmax(row)[token]);
  }, 0);
}

function* outputsUpTo(length: number, before: readonly number[] = []): Generator<number[]> {
  yield [...before];
  if (before.length === length) return;
  for (let token = 1; token < vocabulary; token++) yield* outputsUpTo(length, [...before, token]);
}

describe("beam search", () => {
  it("says of each output the probability that teacher forcing gives it", () => {
    const model = buildModel();
    const found = beamSearch(model, source, { beams: 5, lengthPenalty: 0, maximumSteps: 12 });
    expect(found).toHaveLength(5);
    for (const { tokens, logProbability, ended } of found.filter((each) => each.ended)) {
      expect(ended).toBe(true);
      expect(logProbability).toBeCloseTo(logProbabilityOf(model, tokens), 10);
    }
  });

  it("with beams enough finds the likeliest of all outputs", () => {
    for (const seed of [1, 2, 3, 4]) {
      const model = buildModel({}, seed);
      const options = { beams: 150, lengthPenalty: 0, maximumSteps: 5 };
      const found = beamSearch(model, source, options).filter(({ ended }) => ended);
      const all = [...outputsUpTo(4)].map((tokens) => ({
        tokens,
        logProbability: logProbabilityOf(model, tokens),
      }));
      all.sort((a, b) => b.logProbability - a.logProbability);
      expect(found[0].tokens).toEqual(all[0].tokens);
      expect(found[0].logProbability).toBeCloseTo(all[0].logProbability, 10);
    }
  });

  it("with one beam takes the likeliest token at each step", () => {
    const model = buildModel({ attention: { score: "general" } }, 3);
    const options = { beams: 1, lengthPenalty: 1, maximumSteps: 6 };
    const [{ tokens, ended }] = beamSearch(model, source, options);
    const likeliest = (before: readonly number[]): number => {
      const pass = createPass(model, { steps: 5, batch: 1, decoderSteps: before.length + 1 });
      forward(pass, {
        steps: 5,
        size: 1,
        lengths: Int32Array.of(5),
        input: { kind: "tokens", tokens: source },
        decoder: {
          steps: before.length + 1,
          lengths: Int32Array.of(before.length + 1),
          tokens: Int32Array.of(0, ...before),
        },
        carry: false,
      });
      const at = before.length * vocabulary;
      const row = [...pass.output.values.subarray(at, at + vocabulary)];
      return row.indexOf(Math.max(...row));
    };
    const whole = ended ? [...tokens, 0] : tokens;
    expect(whole).toEqual(whole.map((_, t) => likeliest(whole.slice(0, t))));
  });

  it("ranks by probability alone, or lets longer outputs catch up", () => {
    const model = buildModel({}, 2);
    const search = (lengthPenalty: number) =>
      beamSearch(model, source, { beams: 40, lengthPenalty, maximumSteps: 4 });
    const plain = search(0);
    for (const { score, logProbability } of plain) expect(score).toBe(logProbability);
    for (const { score, logProbability, tokens, ended } of search(0.8)) {
      const length = tokens.length + (ended ? 1 : 0);
      expect(score).toBeCloseTo(logProbability / ((5 + length) / 6) ** 0.8, 12);
    }
    const scores = plain.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it("shows where each step looked, the one that ends included", () => {
    const found = beamSearch(buildModel(), source, { beams: 3, lengthPenalty: 0, maximumSteps: 9 });
    for (const { attention, tokens, ended } of found) {
      expect(attention).toHaveLength(tokens.length + (ended ? 1 : 0));
      for (const weights of attention ?? []) {
        expect(weights).toHaveLength(source.length);
        let sum = 0;
        for (const weight of weights) sum += weight;
        expect(sum).toBeCloseTo(1, 12);
      }
    }
    const blind = buildModel({ attention: undefined });
    const [{ attention }] = beamSearch(blind, source, {
      beams: 1,
      lengthPenalty: 0,
      maximumSteps: 3,
    });
    expect(attention).toBeUndefined();
  });
});
