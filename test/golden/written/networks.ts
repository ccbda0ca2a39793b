/** Networks of every kind, as the writers take them: those of the golden fixtures, with an input and its output. */
import { createPass, forward, readTrace } from "../../../src/engine/bptt.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createModel, type Model, type ModelSpec } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { beamSearch } from "../../../src/engine/sequenceToSequence/beamSearch.ts";
import type { ModelNetwork } from "../../../src/models/modelContents.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { tensorOf, type Tensor } from "../../../src/trace/trace.ts";
import {
  batchOf,
  integersOf,
  modelOf,
  networkFixtures,
  readFixture,
  sequenceFixtures,
} from "../fixture.ts";

export interface NetworkCase {
  readonly name: string;
  readonly network: ModelNetwork;
  readonly batch: Batch;
  /** What our engine makes of the batch in 64 bits, from zero states, every sequence at full length. */
  readonly output: Tensor;
  /** What a decoder writes for each source by itself. */
  readonly written?: readonly (readonly number[])[];
}

/** Tokens that a decoder may write for a source here. */
export const mostWritten = 12;

/** Networks that no fixture has: a vector or a class becomes the states that they begin with. */
const conditioned: Readonly<Record<string, Pick<ModelSpec, "layers"> & Partial<ModelSpec>>> = {
  "condition-class-lstm-2-embedding": {
    input: { kind: "tokens", vocabulary: 7, embedding: 3, condition: "initial-state" },
    layers: [
      { cell: "lstm", hidden: 5 },
      { cell: "gru", hidden: 4, reset: "before" },
    ],
  },
  "condition-class-gru-one-hot": {
    input: { kind: "tokens", vocabulary: 7, condition: "initial-state" },
    layers: [{ cell: "gru", hidden: 6, reset: "after" }],
  },
  "condition-reads-on-rnn": {
    input: { kind: "dense", size: 3, condition: "initial-state", readsOn: true },
    layers: [{ cell: "rnn", hidden: 5, nonlinearity: "tanh" }],
  },
  "condition-lstm-2-peepholes": {
    layers: [
      { cell: "lstm", hidden: 5 },
      { cell: "lstm", hidden: 4, peepholes: true, bidirectional: true },
    ],
  },
  "condition-gru-layer-norm": {
    layers: [{ cell: "gru", hidden: 6, reset: "after", layerNorm: true }],
  },
  "condition-lstm-projection": { layers: [{ cell: "lstm", hidden: 6, projection: 3 }] },
};

/** Not those whose loss alone differs. */
export const networkCaseNames: readonly string[] = [
  ...networkFixtures.filter((name) => !/^loss-(?!gaussian)/.test(name)),
  ...sequenceFixtures,
  ...Object.keys(conditioned),
];

export function networkCase(name: string): NetworkCase {
  const { model, batch } = modelCase(name);
  const capacity = { steps: batch.steps, batch: batch.size, decoderSteps: batch.decoder?.steps };
  const pass = createPass(model, capacity);
  forward(pass, batch);
  const output = ofTarget(tensorOf(readTrace(pass), "output"), batch);
  return { name, network: networkOf(model), batch, output, ...writtenBy(model, batch) };
}

/** A trace has the steps of a source before those of its target. */
function ofTarget(output: Tensor, { decoder, steps }: Batch): Tensor {
  if (!decoder) return output;
  const [, ...sizes] = output.shape;
  const before = steps * sizes.reduce((product, size) => product * size, 1);
  return { ...output, shape: [decoder.steps, ...sizes], data: output.data.subarray(before) };
}

function modelCase(name: string): { readonly model: Model; readonly batch: Batch } {
  if (name in conditioned) return conditionedCase(conditioned[name]);
  const folder = sequenceFixtures.includes(name) ? "sequenceToSequence" : "fixtures";
  const fixture = readFixture(name, folder);
  const model = modelOf(fixture, "float64");
  const { steps, size, input } = batchOf(fixture, model);
  const written = fixture.tensors.get("written");
  const decoder = written && {
    steps: written.shape[0],
    lengths: new Int32Array(size).fill(written.shape[0]),
    // What stands behind a target's end is no token; any will do here.
    tokens: integersOf(fixture, "written").map((token) => Math.max(0, token)),
  };
  const lengths = new Int32Array(size).fill(steps);
  const batch: Batch = { steps, size, lengths, input, carry: false, ...(decoder && { decoder }) };
  return { model, batch };
}

function conditionedCase(changes: Pick<ModelSpec, "layers"> & Partial<ModelSpec>): {
  readonly model: Model;
  readonly batch: Batch;
} {
  const random = createRandom(7);
  const spec: ModelSpec = {
    input: { kind: "dense", size: 3, condition: "initial-state" },
    initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
    output: { size: 2, at: "each-step" },
    loss: "mean-squared-error",
    ...changes,
  };
  const model = createModel(spec, { kernels: referenceKernels("float64"), random });
  const draw = (): number => 2 * random.uniform() - 1;
  for (const { value } of model.parameters) for (const at of value.keys()) value[at] = draw();
  const [steps, size] = [5, 2];
  const values = new Float64Array(steps * size * 3);
  for (let at = 0; at < size * 3; at++) values[at] = draw();
  const lengths = new Int32Array(size).fill(steps);
  const tokens = Int32Array.from({ length: steps * size }, (_, at) => (3 * at + 1) % 7);
  const isRead = spec.input.kind === "dense" && spec.input.readsOn;
  if (isRead) for (const at of values.keys()) values[at] = draw();
  const input: Batch["input"] =
    spec.input.kind === "tokens" ? { kind: "tokens", tokens } : { kind: "dense", values };
  return { model, batch: { steps, size, lengths, input, carry: false } };
}

function writtenBy(model: Model, { input, steps, size }: Batch): Pick<NetworkCase, "written"> {
  if (!model.description.decoder || input.kind !== "tokens") return {};
  const written = Array.from({ length: size }, (_, b) => {
    const source = Int32Array.from({ length: steps }, (_, t) => input.tokens[t * size + b]);
    const options = { beams: 1, lengthPenalty: 0, maximumSteps: mostWritten };
    return [...beamSearch(model, source, options)[0].tokens];
  });
  return { written };
}

export function networkOf({ description, parameters }: Model): ModelNetwork {
  const { input, layers, decoder, pooling, output } = description;
  return {
    name: "",
    input,
    layers,
    ...(decoder && { decoder }),
    ...(pooling && { pooling }),
    output,
    parameters: parameters.map(({ name, shape, value }) => ({
      name,
      source: name,
      shape,
      data: value,
    })),
    questions: [],
    notes: [],
  };
}
