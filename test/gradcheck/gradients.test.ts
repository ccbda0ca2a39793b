/** Every derivative of every kind of network against central differences, in double precision. */
import { describe, expect, it } from "vitest";
import {
  backward,
  forward,
  readTrace,
  restoreCarriedState,
  zeroGradients,
} from "../../src/engine/bptt.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { createRandom, resumableRandom } from "../../src/engine/rng.ts";
import type { LayerConfig } from "../../src/config/schema.ts";
import type { Model } from "../../src/engine/model.ts";
import type { Batch } from "../../src/trace/batch.ts";
import { gradientOf } from "../../src/trace/names.ts";
import { tensorOf, type Real } from "../../src/trace/trace.ts";
import { centralDifferences, disagreement } from "./differences.ts";
import {
  bothWays,
  buildBatch,
  buildModel,
  buildPass,
  buildStates,
  cellKinds,
  inputKinds,
  layerConfig,
  sizes,
  variantKinds,
  type CellKind,
  type NetworkOptions,
} from "./smallNetwork.ts";

const tolerance = 1e-7;
/** Normalization over three or four units is so curved that central differences themselves are off by 1e-7. */
const tolerances = (kind: string): number => (kind.includes("norm") ? 1e-6 : tolerance);

/** Checks dL/d every parameter, initial state and dense input; returns what disagrees. */
function checkGradients(
  model: Model,
  batch: Batch,
  states: ReadonlyMap<string, Real>,
  within = tolerance,
): readonly string[] {
  const random = resumableRandom(createRandom(7));
  const masks = random.state();
  const pass = buildPass(model, batch, states, random);
  const loss = (): number => {
    // The same masks every time.
    random.restore(masks);
    restoreCarriedState(pass, states);
    return forward(pass, batch).loss;
  };
  zeroGradients(model);
  loss();
  backward(pass);
  const trace = readTrace(pass);
  const problems: (string | undefined)[] = [];
  const check = (name: string, values: Real): void => {
    const { shape, data } = tensorOf(trace, gradientOf(name));
    problems.push(disagreement(name, shape, data, centralDifferences(values, loss), within));
  };
  for (const { name, value } of model.parameters) check(`param.${name}`, value);
  for (const [name, state] of states) check(`${name}0`, state);
  if (batch.input.kind === "dense") check("input", batch.input.values);
  return problems.filter((problem) => problem !== undefined);
}

const stacked = (kind: (typeof cellKinds)[number]) =>
  sizes.hidden.map((hidden) => layerConfig(kind, hidden));

describe("gradients agree with central differences", () => {
  for (const kind of cellKinds) {
    for (const input of inputKinds) {
      for (const at of ["each-step", "last-step"] as const) {
        for (const loss of ["cross-entropy", "mean-squared-error"] as const) {
          it(`${kind}, two layers, ${input} input, ${at}, ${loss}`, () => {
            const model = buildModel({ layers: stacked(kind), input, at, loss });
            const batch = buildBatch(model, { lengths: [5, 2, 4], carry: true });
            expect(checkGradients(model, batch, buildStates(model, batch.size))).toEqual([]);
          });
        }
      }
    }
  }

  it("for a stack of different cells", () => {
    const layers = [
      layerConfig("lstm", 4),
      layerConfig("gru after", 3),
      layerConfig("rnn tanh", 2),
    ];
    const model = buildModel({ layers, input: "embedding" });
    const batch = buildBatch(model, { lengths: [3, 5, 1, 4], carry: true });
    expect(checkGradients(model, batch, buildStates(model, batch.size))).toEqual([]);
  });

  it("for a single step of a single sequence", () => {
    for (const kind of cellKinds) {
      const model = buildModel({ layers: stacked(kind), loss: "mean-squared-error" });
      const batch = buildBatch(model, { lengths: [1], carry: true });
      expect(checkGradients(model, batch, buildStates(model, 1)), kind).toEqual([]);
    }
  });

  it("for a sequence of no steps beside a longer one, whose output is that of its initial state", () => {
    for (const kind of cellKinds) {
      const model = buildModel({ layers: stacked(kind), at: "last-step" });
      const batch = buildBatch(model, { lengths: [0, 4], carry: true });
      expect(checkGradients(model, batch, buildStates(model, 2)), kind).toEqual([]);
    }
  });
});

/** Normalization over two units would leave only their signs. */
const variantStack = (kind: CellKind) => [layerConfig(kind, 4), layerConfig(kind, 3)];

describe("gradients of the variants of cells agree with central differences", () => {
  for (const [index, kind] of variantKinds.entries()) {
    for (const at of ["each-step", "last-step"] as const) {
      for (const [ways, direct] of [
        ["one way", (layer: LayerConfig) => layer],
        ["both ways", bothWays],
      ] as const) {
        it(`${kind}, two layers, ${at}, ${ways}`, () => {
          const input = inputKinds[(index + (at === "last-step" ? 1 : 0)) % inputKinds.length];
          const loss = index % 2 === 0 ? "cross-entropy" : "mean-squared-error";
          const model = buildModel({
            layers: variantStack(kind).map(direct),
            input,
            at,
            loss,
            seed: 5,
          });
          const batch = buildBatch(model, { lengths: [5, 2, 4, 0], carry: true });
          const states = buildStates(model, batch.size);
          expect(checkGradients(model, batch, states, tolerances(kind))).toEqual([]);
        });
      }
    }
  }

  it("in residual layers with dropout, whose sizes are those of the projection", () => {
    const projected = layerConfig("lstm projection", 3);
    const layers = [
      { ...projected, dropout: 0.3 },
      { ...projected, dropout: 0.4, residual: true },
      { ...layerConfig("gru after layer norm", 3), residual: true },
    ];
    const model = buildModel({ layers, input: "embedding" });
    const batch = buildBatch(model, { lengths: [5, 2, 4], carry: true });
    const states = buildStates(model, batch.size);
    expect(checkGradients(model, batch, states, tolerances("layer norm"))).toEqual([]);
  });
});

describe("gradients of a vector that becomes the first states agree with central differences", () => {
  for (const kind of [...cellKinds, "lstm peepholes", "lstm projection"] as const) {
    for (const direct of [(layer: LayerConfig) => layer, bothWays]) {
      it(`${kind}, ${direct === bothWays ? "both ways" : "one way"}`, () => {
        const layers = variantStack(kind).map(direct);
        const loss = "mean-squared-error";
        const model = buildModel({ layers, condition: "initial-state", loss });
        if (kind === "rnn relu") keepAlive(model);
        const batch = buildBatch(model, { lengths: [5, 2, 4] });
        const pass = buildPass(model, batch);
        const lossOf = (): number => forward(pass, batch).loss;
        zeroGradients(model);
        lossOf();
        backward(pass);
        const trace = readTrace(pass);
        const { input } = batch;
        if (input.kind !== "dense") throw new Error("A vector is dense.");
        // Nothing is read at any step: W_ih has nothing to learn.
        const learnt = model.parameters.filter(({ name }) => !name.startsWith("weight_ih_l0"));
        const problems = [
          ...learnt.map(({ name, value }) => [`param.${name}`, value] as const),
          ["input", input.values] as const,
        ].map(([name, values]) => {
          const { shape, data } = tensorOf(trace, gradientOf(name));
          const wanted = centralDifferences(values, lossOf);
          return disagreement(name, shape, data, wanted, tolerances(kind));
        });
        expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
        expect(tensorOf(trace, "grad.param.weight_ih_l0").data.some(Boolean)).toBe(false);
      });
    }
  }
});

describe("gradients of a class that becomes the first states, and is read, agree with central differences", () => {
  for (const input of ["one-hot", "embedding"] as const) {
    for (const kind of ["rnn tanh", "lstm", "gru before"] as const) {
      it(`${kind}, ${input}`, () => {
        const layers = variantStack(kind);
        const model = buildModel({ layers, input, condition: "initial-state" });
        const batch = buildBatch(model, { lengths: [5, 2, 4, 0] });
        expect(checkGradients(model, batch, new Map())).toEqual([]);
      });
    }
  }
});

/** A layer of dead relus would prove nothing. */
function keepAlive({ parameters }: Model): void {
  for (const { name, value } of parameters) {
    if (name.startsWith("bias_ih")) value.fill(1);
    if (/^weight_(ih_l1|hh)/.test(name)) value.set(value.map((one) => Math.abs(one) / 2));
  }
}

describe("gradients of networks that read both ways agree with central differences", () => {
  for (const kind of cellKinds) {
    for (const [index, input] of inputKinds.entries()) {
      for (const at of ["each-step", "last-step"] as const) {
        it(`${kind}, two layers, ${input} input, ${at}`, () => {
          const layers = stacked(kind).map(bothWays);
          const loss = "mean-squared-error";
          const model = buildModel({ layers, input, at, loss, seed: 4 + index });
          if (kind === "rnn relu") keepAlive(model);
          const batch = buildBatch(model, { lengths: [5, 2, 4], carry: true });
          expect(checkGradients(model, batch, buildStates(model, batch.size))).toEqual([]);
        });
      }
    }
  }

  it("below and above layers that read one way, with a sequence of no steps beside others", () => {
    for (const at of ["each-step", "last-step"] as const) {
      const layers = [
        layerConfig("lstm", 3),
        bothWays(layerConfig("gru before", 4)),
        bothWays(layerConfig("lstm", 2)),
        layerConfig("rnn tanh", 3),
      ];
      const model = buildModel({ layers, at });
      const batch = buildBatch(model, { lengths: [3, 0, 4, 1], carry: true });
      expect(checkGradients(model, batch, buildStates(model, batch.size)), at).toEqual([]);
    }
  });
});

describe("gradients through dropout and around residual layers agree with central differences", () => {
  for (const at of ["each-step", "last-step"] as const) {
    for (const variational of [false, true]) {
      for (const ways of ["one way", "both ways"]) {
        it(`${at}, ${variational ? "variational" : "a mask for each step"}, ${ways}`, () => {
          const both = ways === "both ways" ? bothWays : (layer: LayerConfig) => layer;
          const layers = [
            { ...layerConfig("lstm", 4), dropout: 0.4, variational },
            { ...layerConfig("gru after", 4), dropout: 0.3, variational, residual: true },
            { ...layerConfig("rnn tanh", 4), residual: true },
            {
              ...layerConfig("gru before", 4),
              dropout: 0.5,
              variational,
              residual: at === "last-step",
            },
          ].map(both);
          const model = buildModel({ layers, at, input: "embedding", loss: "huber" });
          const batch = buildBatch(model, { lengths: [3, 0, 4, 1], carry: true });
          expect(checkGradients(model, batch, buildStates(model, batch.size))).toEqual([]);
        });
      }
    }
  }
});

const losses: Readonly<Record<string, Pick<NetworkOptions, "loss" | "lossOptions">>> = {
  "cross-entropy with label smoothing": {
    loss: "cross-entropy",
    lossOptions: { labelSmoothing: 0.2 },
  },
  "cross-entropy with class weights": {
    loss: "cross-entropy",
    lossOptions: { classWeights: [0.5, 1, 2, 3, 0.1, 1.5, 1] },
  },
  "cross-entropy with both": {
    loss: "cross-entropy",
    lossOptions: { labelSmoothing: 0.1, classWeights: [0.5, 1, 2, 3, 0.1, 1.5, 1] },
  },
  "sigmoid cross-entropy": { loss: "sigmoid-cross-entropy" },
  "mean absolute error": { loss: "mean-absolute-error" },
  "Huber loss": { loss: "huber", lossOptions: { delta: 0.7 } },
  "Gaussian likelihood": { loss: "gaussian" },
};

describe("gradients of every loss agree with central differences", () => {
  for (const [title, options] of Object.entries(losses)) {
    for (const at of ["each-step", "last-step"] as const) {
      it(`${title}, ${at}`, () => {
        const model = buildModel({ ...options, at });
        const batch = buildBatch(model, { lengths: [5, 2, 4], carry: true });
        expect(checkGradients(model, batch, buildStates(model, batch.size))).toEqual([]);
      });
    }
  }
});

/** Kernels that add something to h of the first layer after the step at `row`. */
function disturbedKernels(disturbance: { row: number; place: number; amount: number }): Kernels {
  const kernels = referenceKernels("float64");
  const disturb =
    <Buffers extends { readonly h: Real; readonly hidden: number }>(
      pass: (buffers: Buffers, row: number, previous: number, next: number, rows: number) => void,
    ) =>
    (buffers: Buffers, row: number, previous: number, next: number, rows: number): void => {
      pass(buffers, row, previous, next, rows);
      if (row !== disturbance.row || buffers.hidden !== sizes.hidden[0]) return;
      buffers.h[next * buffers.hidden + disturbance.place] += disturbance.amount;
    };
  const { cells } = kernels;
  return {
    ...kernels,
    cells: {
      ...cells,
      rnnForward: disturb(cells.rnnForward),
      lstmForward: disturb(cells.lstmForward),
      gruAfterForward: disturb(cells.gruAfterForward),
      gruBeforeCandidateForward: disturb(cells.gruBeforeCandidateForward),
    },
  };
}

describe("the gradient of a hidden state is total", () => {
  // relu is left out: h is what its backward pass knows the sum by, and a disturbed h hides where that was.
  for (const kind of cellKinds.filter((one) => one !== "rnn relu")) {
    it(`${kind}: through later steps and through the layer above`, () => {
      const disturbance = { row: -1, place: 0, amount: 0 };
      const options: NetworkOptions = {
        layers: stacked(kind),
        kernels: disturbedKernels(disturbance),
      };
      const model = buildModel(options);
      const batch = buildBatch(model);
      const pass = buildPass(model, batch);
      forward(pass, batch);
      backward(pass);
      const name = gradientOf("layers.0.forward.h");
      const { shape, data } = tensorOf(readTrace(pass), name);
      const width = sizes.batch * sizes.hidden[0];
      const wanted = Float64Array.from(data, (_, k) => {
        disturbance.row = Math.floor(k / width) * sizes.batch;
        disturbance.place = k % width;
        const [above, below] = [1e-5, -1e-5].map((amount) => {
          disturbance.amount = amount;
          return forward(pass, batch).loss;
        });
        return (above - below) / 2e-5;
      });
      expect(disagreement(name, shape, data, wanted, tolerance)).toBeUndefined();
    });
  }
});

describe("the gradient of a one-hot input", () => {
  it("is that of the same vectors as dense input", () => {
    const model = buildModel({ input: "one-hot" });
    const batch = buildBatch(model, { lengths: [5, 2, 4] });
    const oneHot = buildPass(model, batch);
    forward(oneHot, batch);
    backward(oneHot);
    const { data: vectors } = tensorOf(readTrace(oneHot), "input");

    const spec = { ...model.spec, input: { kind: "dense", size: sizes.vocabulary } } as const;
    const twin: Model = {
      ...model,
      spec,
      description: { ...model.description, input: spec.input },
    };
    const dense = buildPass(twin, batch);
    const values = Float64Array.from(vectors);
    const loss = (): number => forward(dense, { ...batch, input: { kind: "dense", values } }).loss;
    loss();
    backward(dense);
    const trace = readTrace(dense);
    expect(tensorOf(trace, "grad.input").data).toEqual(
      tensorOf(readTrace(oneHot), "grad.input").data,
    );
    const { shape, data } = tensorOf(trace, "grad.input");
    expect(
      disagreement("input", shape, data, centralDifferences(values, loss), tolerance),
    ).toBeUndefined();
  });
});
