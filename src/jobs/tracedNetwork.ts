/**
 * Runs a batch through a network of a model file, forward and, with a target, backward, and hands out everything under
 * the names that a trace has; parameters are called as the file calls them.
 */
import { backward, createPass, forward, readTrace, zeroGradients } from "../engine/bptt.ts";
import { restoreCarriedState } from "../engine/bptt.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { createModel, parameterOf, type Model, type ModelSpec } from "../engine/model.ts";
import { createRandom } from "../engine/rng.ts";
import { UserError } from "../config/problem.ts";
import type { ModelNetwork } from "../models/modelContents.ts";
import { gradientOf } from "../trace/names.ts";
import type { LayerDescription, LossKind, Real, Tensor, Trace } from "../trace/trace.ts";
import type { ModelBatch } from "./modelBatch.ts";
import { maximumTraceBytes, traceBytes } from "./tracedSequence.ts";

export interface TracedNetwork {
  readonly trace: Trace;
  /** Mean over every element, as PyTorch's reduction "mean"; absent without a target. */
  readonly loss?: number;
}

/**
 * `states` (B,·) are what the sequences begin with, by their names in a trace, instead of zero or of what the file says.
 * Throws `UserError` for a network that cannot be run, and for a batch that is too large to be kept.
 */
export function traceNetwork(
  network: ModelNetwork,
  { batch, at, embedded }: ModelBatch,
  loss: LossKind,
  kernels: Kernels,
  states?: ReadonlyMap<string, Real>,
): TracedNetwork {
  if (network.untraceable !== undefined) {
    throw new UserError("model", `This network cannot be traced: ${network.untraceable}`);
  }
  const model = modelOf(embedded ? network : withoutEmbedding(network), at, loss, kernels);
  const { description } = model;
  const bytes = 2 * batch.size * traceBytes(description, batch.steps);
  if (bytes > maximumTraceBytes * 2) {
    throw new UserError(
      "too-long",
      `A trace of ${batch.steps} steps of ${batch.size} sequences takes ${Math.ceil(bytes / 2 ** 20)} MB.`,
      { advice: "Choose fewer steps or sequences." },
    );
  }
  const pass = createPass(model, { steps: batch.steps, batch: batch.size });
  if (states) restoreCarriedState(pass, states);
  else if (network.initialStates) {
    restoreCarriedState(pass, repeated(network.initialStates, batch.size));
  }
  zeroGradients(model);
  const taken = forward(pass, batch);
  if (taken.weight > 0) backward(pass);
  const trace = withSourceNames(readTrace(pass), network);
  return { trace, ...(taken.weight > 0 && { loss: taken.loss }) };
}

/** The vectors that the embedding would have given are the input. */
function withoutEmbedding(network: ModelNetwork): ModelNetwork {
  const { input } = network;
  if (input.kind === "dense") return network;
  return {
    ...network,
    input: { kind: "dense", size: input.embedding ?? input.vocabulary },
    parameters: network.parameters.filter(({ name }) => name !== "embedding.weight"),
  };
}

function modelOf(
  network: ModelNetwork,
  at: ModelBatch["at"],
  loss: LossKind,
  kernels: Kernels,
): Model {
  const spec: ModelSpec = {
    input: network.input,
    layers: network.layers.map(layerConfigOf),
    ...(network.pooling && { pooling: network.pooling }),
    // All of it is overwritten at once; this start is the quickest.
    initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
    output: { ...network.output, at },
    loss,
  };
  const model = createModel(spec, { kernels, random: createRandom(0) });
  for (const { value } of model.parameters) value.fill(0);
  for (const { name, data } of network.parameters) parameterOf(model, name).value.set(data);
  return model;
}

/** The layer as a config has it. */
export function layerConfigOf(layer: LayerDescription): ModelSpec["layers"][number] {
  const { cell, hidden, directions, nonlinearity = "tanh", reset = "after", functions } = layer;
  const shared = {
    hidden,
    bidirectional: directions.length === 2,
    ...(layer.layerNorm && { layerNorm: true }),
    ...(layer.residual && { residual: true }),
    ...(directions.join() === "reverse" && { reverseOnly: true as const }),
    ...(functions && { functions }),
  };
  if (cell === "rnn") return { cell, nonlinearity, ...shared };
  if (cell === "gru") return { cell, reset, ...shared };
  const { projection, peepholes } = layer;
  return { cell, ...shared, ...(projection && { projection }), ...(peepholes && { peepholes }) };
}

/** (B,H) from (H). */
function repeated(states: ReadonlyMap<string, Real>, batch: number): ReadonlyMap<string, Real> {
  return new Map(
    [...states].map(([name, state]) => {
      const rows = new Float64Array(batch * state.length);
      for (let b = 0; b < batch; b++) rows.set(state, b * state.length);
      return [name, rows];
    }),
  );
}

/** Gradients of parameters that the file does not have are left out: nobody could compare them with anything. */
function withSourceNames(trace: Trace, { parameters }: ModelNetwork): Trace {
  const gradients = gradientOf("param.");
  const sources = new Map(parameters.map(({ name, source }) => [gradients + name, source]));
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of trace.tensors) {
    if (!name.startsWith(gradients)) {
      tensors.set(name, tensor);
      continue;
    }
    const source = sources.get(name);
    if (source !== undefined)
      tensors.set(gradients + source, { ...tensor, name: gradients + source });
  }
  const parameterCount = parameters.reduce((sum, { data }) => sum + data.length, 0);
  return { ...trace, model: { ...trace.model, parameterCount }, tensors };
}
