/** Answers the model editor with a synthetic bidirectional LSTM, computed on by the real analysis. */
import { findEigenvalues, spectralRadius } from "../../../src/analysis/weights/eigenvalues.ts";
import {
  gateWeights,
  recurrentMatrix,
  type LayerWeights,
} from "../../../src/analysis/weights/gateWeights.ts";
import { summarizeLayer } from "../../../src/analysis/weights/layerSummary.ts";
import { matrixPicture } from "../../../src/analysis/weights/matrixPicture.ts";
import { spectralNorm } from "../../../src/analysis/weights/weightStatistics.ts";
import type { Handlers } from "../../../src/protocol/channel.ts";
import type {
  LayerPlace,
  ModelEditorContract,
  ModelEditorState,
  NetworkOverview,
} from "../../../src/protocol/modelContract.ts";
import { noise } from "./syntheticTrace.ts";

const hidden = 48;

const network: NetworkOverview = {
  name: "encoder.rnn",
  input: { kind: "tokens", vocabulary: 1200, embedding: 24 },
  layers: [
    { cell: "lstm", hidden, inputSize: 24, directions: ["forward", "reverse"] },
    {
      cell: "gru",
      hidden,
      inputSize: 2 * hidden,
      directions: ["forward", "reverse"],
      reset: "after",
    },
  ],
  output: { size: 10, at: "each-step" },
  parameterCount: 70_954,
  questions: [],
  notes: ['The trace ends after "classifier": what follows it is not in the file.'],
};

const overview: NonNullable<ModelEditorState["overview"]> = {
  title: "PyTorch checkpoint (zip)",
  bytes: 288_412,
  networks: [network],
  tensors: [
    { name: "embedding.weight", type: "float32", shape: [1200, 24], usedAs: "embedding.weight" },
    { name: "encoder.rnn.weight_ih_l0", type: "float32", shape: [192, 24], usedAs: "weight_ih_l0" },
    { name: "steps", type: "int64", shape: [] },
  ],
  tensorCount: 3,
  elementCount: 70_955,
  metadata: { epoch: "12", "pytorch version": "2.13.0" },
  notes: [],
};

const states: Readonly<Record<string, ModelEditorState>> = {
  model: { name: "sentiment.pt", answers: {}, overview },
  question: {
    name: "elman.safetensors",
    answers: {},
    overview: {
      ...overview,
      networks: [
        {
          ...network,
          name: "",
          input: { kind: "dense", size: 24 },
          layers: [{ cell: "rnn", hidden, inputSize: 24, directions: ["forward"] }],
          output: { size: hidden, at: "each-step", linear: false },
          questions: [{ about: "nonlinearity", choices: ["tanh", "relu"] }],
          notes: [],
        },
      ],
    },
  },
  empty: {
    name: "classifier.safetensors",
    answers: {},
    overview: {
      ...overview,
      networks: [],
      notes: ["It holds no recurrent layer (no weight_ih, weight_hh)."],
    },
  },
  failure: {
    name: "model.pt",
    answers: {},
    failure: {
      message: "Not a valid PyTorch file: it ends in the middle of a tensor.",
      advice: "Save the model again.",
    },
  },
};

function weightsOf({ layer, direction }: LayerPlace, isBroken: boolean): LayerWeights {
  const { cell, inputSize } = network.layers[layer];
  const blocks = { rnn: 1, gru: 3, lstm: 4 }[cell];
  const seed = layer * 7 + (direction === "forward" ? 0 : 3);
  const filled = (length: number, scale: number, salt: number): Float32Array =>
    Float32Array.from({ length }, (_, at) => {
      const sum = noise(at, salt + seed) + noise(at, salt + seed + 1) + noise(at, salt + seed + 2);
      return scale * (sum - 1.5);
    });
  const weightHh = filled(blocks * hidden * hidden, 0.3, 11);
  // One unit that hears nothing, and a slow rotation that lies outside the unit circle.
  for (let block = 0; block < blocks; block++) {
    weightHh.fill(0, (block * hidden + 5) * hidden, (block * hidden + 6) * hidden);
  }
  const weightIh = filled(blocks * hidden * inputSize, 0.4, 23);
  for (let block = 0; block < blocks; block++) {
    weightIh.fill(0, (block * hidden + 5) * inputSize, (block * hidden + 6) * inputSize);
  }
  // In the second gate, which is the one that is shown first.
  if (isBroken) weightHh[hidden * hidden + 100] = Number.NaN;
  const biasIh = filled(blocks * hidden, 0.5, 31);
  if (cell === "lstm") for (let unit = 0; unit < hidden; unit++) biasIh[hidden + unit] += 1;
  biasIh[9] = -6;
  const biasHh = new Float32Array(blocks * hidden);
  return { cell, hidden, inputSize, weightIh, weightHh, biasIh, biasHh };
}

export function modelHandlers(scenario: string): Handlers<ModelEditorContract> {
  const isBroken = scenario === "broken";
  const state = states[scenario] ?? states.model;
  return {
    ready: () => state,
    layer: (place) => finish(summarizeLayer(weightsOf(place, isBroken))),
    spectrum(place) {
      const { values, size } = recurrentMatrix(weightsOf(place, isBroken), place.part);
      const found = finish(findEigenvalues(values, size));
      return {
        real: found.real.buffer,
        imaginary: found.imaginary.buffer,
        radius: spectralRadius(found),
        norm: spectralNorm(values, size, size),
      };
    },
    weights(request) {
      const layer = weightsOf(request, isBroken);
      const gate = gateWeights(layer, request.part);
      const reads = request.matrix === "input" ? layer.inputSize : hidden;
      const matrix = request.matrix === "input" ? gate.weightIh : gate.weightHh;
      return { ...matrixPicture(matrix, reads, request), units: hidden, reads };
    },
    answer: () => null,
    run: () => null,
  };
}

function finish<Result>(computation: Generator<unknown, Result>): Result {
  for (let next = computation.next(); ; next = computation.next()) if (next.done) return next.value;
}
