import { describe, expect, it } from "vitest";
import { backward, forward, readTrace, zeroGradients } from "../../src/engine/bptt.ts";
import type { LayerSpec } from "../../src/engine/model.ts";
import type { CellFunctions, Squash } from "../../src/trace/cellFunctions.ts";
import { gradientOf } from "../../src/trace/names.ts";
import { tensorOf, type Real } from "../../src/trace/trace.ts";
import { centralDifferences, disagreement } from "./differences.ts";
import {
  bothWays,
  buildBatch,
  buildModel,
  buildPass,
  buildStates,
  layerConfig,
  sizes,
  type CellKind,
} from "./smallNetwork.ts";

const squashes: readonly Squash[] = [
  { name: "sigmoid" },
  { name: "tanh" },
  { name: "relu" },
  { name: "linear" },
  { name: "affine", alpha: 0.6, beta: 0.2 },
  { name: "leaky-relu", alpha: 0.1 },
  { name: "thresholded-relu", alpha: 0.2 },
  { name: "scaled-tanh", alpha: 1.3, beta: 0.7 },
  { name: "hard-sigmoid", alpha: 0.2, beta: 0.5 },
  { name: "elu", alpha: 1 },
  { name: "selu" },
  { name: "exponential" },
  { name: "softsign" },
  { name: "softplus" },
];

/** dL/d every parameter, state and input of one layer in both directions, where it disagrees with central differences. */
function problemsOf(kind: CellKind, functions: CellFunctions): readonly string[] {
  const layer: LayerSpec = { ...bothWays(layerConfig(kind, sizes.hidden[0])), functions };
  const model = buildModel({ layers: [layer], loss: "mean-squared-error" });
  const batch = buildBatch(model, { lengths: [5, 2, 4], carry: true });
  const states = buildStates(model, batch.size);
  const loss = (): number => forward(buildPass(model, batch, states), batch).loss;
  const pass = buildPass(model, batch, states);
  zeroGradients(model);
  forward(pass, batch);
  backward(pass);
  const trace = readTrace(pass);
  const check = (name: string, values: Real): string | undefined => {
    const { shape, data } = tensorOf(trace, gradientOf(name));
    return disagreement(name, shape, data, centralDifferences(values, loss), 1e-6);
  };
  return [
    ...model.parameters.map(({ name, value }) => check(`param.${name}`, value)),
    ...[...states].map(([name, state]) => check(`${name}0`, state)),
    ...(batch.input.kind === "dense" ? [check("input", batch.input.values)] : []),
  ].filter((problem) => problem !== undefined);
}

const sigmoid: Squash = { name: "sigmoid" };
const tanh: Squash = { name: "tanh" };

describe("gradients through other functions than σ and tanh agree with central differences", () => {
  for (const squash of squashes) {
    it(`an LSTM that squashes c with ${squash.name}`, () => {
      expect(problemsOf("lstm", { gate: sigmoid, candidate: tanh, output: squash })).toEqual([]);
    });
    it(`a GRU whose candidate is ${squash.name}`, () => {
      expect(problemsOf("gru after", { gate: sigmoid, candidate: squash, output: tanh })).toEqual(
        [],
      );
    });
  }

  const odd: CellFunctions = {
    gate: { name: "hard-sigmoid", alpha: 0.3, beta: 0.4 },
    candidate: { name: "softsign" },
    output: { name: "elu" },
    clip: 0.9,
  };
  it.each(["rnn tanh", "lstm", "lstm projection", "gru after", "gru before"] as const)(
    "%s with hard gates and a clip",
    (kind) => {
      expect(problemsOf(kind, odd)).toEqual([]);
    },
  );

  it("an LSTM whose forget gate is what the input gate leaves", () => {
    expect(
      problemsOf("lstm", { gate: sigmoid, candidate: tanh, output: tanh, coupled: true }),
    ).toEqual([]);
  });

  it.each(["rnn tanh", "lstm", "gru after", "gru before"] as const)(
    "%s with the usual functions named is the plain cell",
    (kind) => {
      const states = (functions?: CellFunctions): Real => {
        const layer: LayerSpec = { ...layerConfig(kind, 4), ...(functions && { functions }) };
        const model = buildModel({ layers: [layer] });
        const batch = buildBatch(model);
        const pass = buildPass(model, batch);
        forward(pass, batch);
        return tensorOf(readTrace(pass), "layers.0.forward.h").data;
      };
      expect(states({ gate: sigmoid, candidate: tanh, output: tanh })).toEqual(states());
    },
  );
});
