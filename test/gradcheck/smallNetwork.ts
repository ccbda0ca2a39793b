/** Builds small networks and batches whose sizes all differ, so that no transposition goes unnoticed. */
import type { LayerConfig } from "../../src/config/schema.ts";
import { createPass, restoreCarriedState, type Pass } from "../../src/engine/bptt.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { createModel, type Model, type ModelSpec } from "../../src/engine/model.ts";
import { createRandom, type Random } from "../../src/engine/rng.ts";
import type { Batch } from "../../src/trace/batch.ts";
import { layerTensor, statesOf } from "../../src/trace/names.ts";
import { widthOf, type Real } from "../../src/trace/trace.ts";

export const cellKinds = ["rnn tanh", "rnn relu", "lstm", "gru after", "gru before"] as const;
/** Cells with what few networks use. */
export const variantKinds = [
  "lstm peepholes",
  "lstm projection",
  "lstm peepholes projection layer norm",
  "rnn tanh layer norm",
  "lstm layer norm",
  "gru after layer norm",
  "gru before layer norm",
] as const;
export type CellKind = (typeof cellKinds)[number] | (typeof variantKinds)[number];
export const inputKinds = ["one-hot", "embedding", "dense"] as const;
type InputKind = (typeof inputKinds)[number];

export const sizes = {
  steps: 5,
  batch: 3,
  input: 6,
  vocabulary: 9,
  output: 7,
  hidden: [4, 2],
} as const;

const layerConfigs: Readonly<Record<CellKind, (hidden: number) => LayerConfig>> = {
  "rnn tanh": (hidden) => ({ cell: "rnn", hidden, nonlinearity: "tanh" }),
  "rnn relu": (hidden) => ({ cell: "rnn", hidden, nonlinearity: "relu" }),
  lstm: (hidden) => ({ cell: "lstm", hidden }),
  "gru after": (hidden) => ({ cell: "gru", hidden, reset: "after" }),
  "gru before": (hidden) => ({ cell: "gru", hidden, reset: "before" }),
  "lstm peepholes": (hidden) => ({ cell: "lstm", hidden, peepholes: true }),
  "lstm projection": (hidden) => ({ cell: "lstm", hidden: hidden + 1, projection: hidden }),
  "lstm peepholes projection layer norm": (hidden) => ({
    cell: "lstm",
    hidden: hidden + 1,
    projection: hidden,
    peepholes: true,
    layerNorm: true,
  }),
  "rnn tanh layer norm": (hidden) => ({
    cell: "rnn",
    hidden,
    nonlinearity: "tanh",
    layerNorm: true,
  }),
  "lstm layer norm": (hidden) => ({ cell: "lstm", hidden, layerNorm: true }),
  "gru after layer norm": (hidden) => ({ cell: "gru", hidden, reset: "after", layerNorm: true }),
  "gru before layer norm": (hidden) => ({ cell: "gru", hidden, reset: "before", layerNorm: true }),
};

export const layerConfig = (kind: CellKind, hidden: number): LayerConfig =>
  layerConfigs[kind](hidden);

export const bothWays = (layer: LayerConfig): LayerConfig => ({ ...layer, bidirectional: true });

function inputOf({ input = "dense", condition }: NetworkOptions): ModelSpec["input"] {
  const conditioned = condition && { condition };
  if (input === "dense") return { kind: "dense", size: sizes.input, ...conditioned };
  if (input === "one-hot") return { kind: "tokens", vocabulary: sizes.vocabulary, ...conditioned };
  return { kind: "tokens", vocabulary: sizes.vocabulary, embedding: sizes.input, ...conditioned };
}

export interface NetworkOptions {
  readonly layers?: readonly LayerConfig[];
  readonly input?: InputKind;
  readonly at?: ModelSpec["output"]["at"];
  readonly loss?: ModelSpec["loss"];
  readonly lossOptions?: ModelSpec["lossOptions"];
  readonly initialization?: Partial<ModelSpec["initialization"]>;
  /** What stands at step 0 becomes the first states. */
  readonly condition?: "initial-state";
  readonly kernels?: Kernels;
  readonly seed?: number;
}

export function buildModel(options: NetworkOptions = {}): Model {
  const spec: ModelSpec = {
    input: inputOf(options),
    layers: options.layers ?? [layerConfig("lstm", sizes.hidden[0])],
    initialization: {
      input: "uniform",
      recurrent: "uniform",
      forgetBias: 1,
      ...options.initialization,
    },
    output: {
      size: sizes.output * (options.loss === "gaussian" ? 2 : 1),
      at: options.at ?? "each-step",
    },
    loss: options.loss ?? "cross-entropy",
    lossOptions: options.lossOptions,
  };
  const kernels = options.kernels ?? referenceKernels("float64");
  return createModel(spec, { kernels, random: createRandom(options.seed ?? 1) });
}

export interface BatchOptions {
  readonly lengths?: readonly number[];
  readonly steps?: number;
  readonly carry?: boolean;
  readonly seed?: number;
}

/** A batch for the model with random input and target, and weights that are fractions and sometimes 0. */
export function buildBatch(model: Model, options: BatchOptions = {}): Batch {
  const random = createRandom(options.seed ?? 2);
  const lengths = Int32Array.from(
    options.lengths ?? Array.from({ length: sizes.batch }, () => options.steps ?? sizes.steps),
  );
  const size = lengths.length;
  const steps = options.steps ?? Math.max(...lengths);
  const { input, output, loss } = model.description;
  const rows = steps * size;
  const targetRows = output.at === "last-step" ? size : rows;
  const weights = Float64Array.from({ length: targetRows }, (_, row) =>
    row % 4 === 3 ? 0 : 0.5 + random.uniform(),
  );
  return {
    steps,
    size,
    lengths,
    input:
      input.kind === "dense"
        ? { kind: "dense", values: normals(rows * input.size, random) }
        : { kind: "tokens", tokens: integers(rows, input.vocabulary, random) },
    target:
      loss === "cross-entropy"
        ? { kind: "classes", classes: integers(targetRows, output.size, random) }
        : { kind: "values", values: valuesFor(loss, targetRows * output.size, random) },
    weights,
    carry: options.carry ?? false,
  };
}

function valuesFor(loss: ModelSpec["loss"], outputs: number, random: Random): Float64Array {
  if (loss === "gaussian") return normals(outputs / 2, random);
  if (loss !== "sigmoid-cross-entropy") return normals(outputs, random);
  return Float64Array.from({ length: outputs }, () => random.integer(2));
}

export const normals = (length: number, random: Random): Float64Array =>
  Float64Array.from({ length }, () => random.normal());

const integers = (length: number, below: number, random: Random): Int32Array =>
  Int32Array.from({ length }, () => random.integer(below));

/** Random states of all layers, (B,H) each, as a window before would have left them. */
export function buildStates(model: Model, batch: number, seed = 3): Map<string, Real> {
  const random = createRandom(seed);
  const states = new Map<string, Real>();
  for (const [number, layer] of model.description.layers.entries()) {
    for (const direction of layer.directions) {
      for (const state of statesOf[layer.cell]) {
        const length = batch * widthOf(layer, state);
        states.set(layerTensor(number, direction, state), normals(length, random));
      }
    }
  }
  return states;
}

/** A pass that fits the batch exactly and begins at the given states. */
export function buildPass(
  model: Model,
  batch: Batch,
  states?: ReadonlyMap<string, Real>,
  dropout?: Random,
): Pass {
  const pass = createPass(model, { steps: batch.steps, batch: batch.size }, { dropout });
  if (states) restoreCarriedState(pass, states);
  return pass;
}
