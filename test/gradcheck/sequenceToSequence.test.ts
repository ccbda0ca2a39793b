/** Encoder-decoders, attention and pooling against central differences; all sizes differ. */
import { describe, expect, it } from "vitest";
import { backward, createPass, forward, zeroGradients } from "../../src/engine/bptt.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { createModel, type ModelSpec } from "../../src/engine/model.ts";
import { createRandom, resumableRandom } from "../../src/engine/rng.ts";
import type { DecoderSpec } from "../../src/engine/sequenceToSequence/decoderSpec.ts";
import type { Batch } from "../../src/trace/batch.ts";
import { centralDifferences, disagreement } from "./differences.ts";
import { bothWays, cellKinds, layerConfig, type CellKind } from "./smallNetwork.ts";

const sources = 7;
const targets = 6;
const sourceLengths = [5, 2, 4];
const targetLengths = [2, 4, 3];

const batch: Batch = {
  steps: 5,
  size: 3,
  lengths: Int32Array.from(sourceLengths),
  input: {
    kind: "tokens",
    tokens: Int32Array.from({ length: 15 }, (_, k) => (k * 5 + 2) % sources),
  },
  decoder: {
    steps: 4,
    lengths: Int32Array.from(targetLengths),
    tokens: Int32Array.from({ length: 12 }, (_, k) => (k < 3 ? 0 : (k * 3 + 1) % targets)),
  },
  target: {
    kind: "classes",
    classes: Int32Array.from({ length: 12 }, (_, k) => (k * 2 + 1) % targets),
  },
  carry: false,
};

type Wiring = (kind: CellKind) => Pick<ModelSpec, "layers"> & {
  decoder: Omit<DecoderSpec, "vocabulary">;
};

const wirings: Readonly<Record<string, Wiring>> = {
  "final states copied, two layers": (kind) => ({
    layers: [layerConfig(kind, 3), layerConfig(kind, 4)],
    decoder: { layers: [layerConfig(kind, 3), layerConfig(kind, 4)], start: "copy" },
  }),
  "final states mapped, context at every step": (kind) => ({
    layers: [layerConfig(kind, 3)],
    decoder: { layers: [layerConfig(kind, 4)], start: "map", context: true, embedding: 2 },
  }),
  "additive attention, bidirectional encoder, two layers": (kind) => ({
    layers: [bothWays(layerConfig(kind, 2))],
    decoder: {
      layers: [layerConfig(kind, 5), layerConfig(kind, 3)],
      start: "map",
      attention: { score: "additive", size: 6 },
      embedding: 2,
    },
  }),
  "general attention": (kind) => ({
    layers: [layerConfig(kind, 3)],
    decoder: {
      layers: [layerConfig(kind, 4)],
      start: "zero",
      attention: { score: "general" },
    },
  }),
  "dot attention, both directions copied, residual, dropout": (kind) => ({
    layers: [bothWays(layerConfig(kind, 2)), { ...bothWays(layerConfig(kind, 2)), residual: true }],
    decoder: {
      layers: [
        { ...layerConfig(kind, 4), dropout: 0.3 },
        { ...layerConfig(kind, 4), residual: true, dropout: 0.4, variational: true },
      ],
      start: "copy",
      attention: { score: "dot" },
    },
  }),
};

function disagreements(spec: ModelSpec, of: Batch, teacherShare = 1): readonly string[] {
  const kernels = referenceKernels("float64");
  const model = createModel(spec, { kernels, random: createRandom(3) });
  // Larger than they begin in training, so that no gradient drowns in rounding.
  for (const { value } of model.parameters) for (let k = 0; k < value.length; k++) value[k] *= 2.5;
  const random = resumableRandom(createRandom(7));
  const drawn = random.state();
  const capacity = { steps: 6, batch: 4, decoderSteps: 5 };
  const pass = createPass(model, capacity, { dropout: random });
  const { decoder } = of;
  const taught = decoder ? { ...of, decoder: { ...decoder, teacherShare } } : of;
  const loss = (): number => {
    random.restore(drawn);
    return forward(pass, taught).loss;
  };
  zeroGradients(model);
  loss();
  backward(pass);
  const gradients = model.parameters.map(({ gradient }) => gradient.slice());
  return model.parameters.flatMap(({ name, shape, value }, index) => {
    const wanted = centralDifferences(value, loss);
    return disagreement(name, shape, gradients[index], wanted, 5e-6) ?? [];
  });
}

const base = {
  input: { kind: "tokens", vocabulary: sources, embedding: 3 },
  initialization: { input: "uniform", recurrent: "uniform", forgetBias: 1 },
  output: { size: targets, at: "each-step" },
  loss: "cross-entropy",
} as const;

describe("gradients of encoder-decoders agree with central differences", () => {
  for (const [title, wiring] of Object.entries(wirings)) {
    for (const kind of cellKinds) {
      it(`${kind}, ${title}`, () => {
        const { layers, decoder } = wiring(kind);
        const spec = { ...base, layers, decoder: { vocabulary: targets, ...decoder } };
        expect(disagreements(spec, batch)).toEqual([]);
      });
    }
  }

  it("with projected, normalized LSTMs that have peepholes", () => {
    const lstm = { cell: "lstm", hidden: 5, projection: 3, peepholes: true } as const;
    const spec = {
      ...base,
      layers: [{ ...lstm, bidirectional: true }, { cell: "lstm", hidden: 4 } as const],
      decoder: {
        vocabulary: targets,
        layers: [{ ...lstm, layerNorm: true }, lstm],
        start: "map",
        attention: { score: "additive", size: 4 },
      } as const,
    };
    expect(disagreements(spec, batch)).toEqual([]);
    const copying = {
      ...spec,
      layers: [lstm, { ...lstm, layerNorm: true }],
      decoder: { ...spec.decoder, start: "copy", attention: { score: "general" } } as const,
    };
    expect(disagreements(copying, batch)).toEqual([]);
  });

  it("while some tokens are the decoder's own answers", () => {
    const { layers, decoder } = wirings["general attention"]("lstm");
    const spec = { ...base, layers, decoder: { vocabulary: targets, ...decoder } };
    expect(disagreements(spec, batch, 0.5)).toEqual([]);
  });

  for (const kind of cellKinds) {
    it(`${kind}, attention pooling over both directions`, () => {
      const spec: ModelSpec = {
        ...base,
        layers: [layerConfig(kind, 3), bothWays(layerConfig(kind, 2))],
        pooling: { size: 5 },
        output: { size: targets, at: "last-step" },
      };
      const one: Batch = {
        ...batch,
        decoder: undefined,
        target: { kind: "classes", classes: Int32Array.of(1, 4, 2) },
      };
      expect(disagreements(spec, one)).toEqual([]);
    });
  }
});
