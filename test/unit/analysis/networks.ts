/** Builds networks with seeded weights and sequences for them, and traces one through the other. */
import type { LayerConfig } from "../../../src/config/schema.ts";
import {
  backward,
  createPass,
  forward,
  readTrace,
  zeroGradients,
} from "../../../src/engine/bptt.ts";
import type { Precision } from "../../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createModel, type Model, type ModelSpec } from "../../../src/engine/model.ts";
import { createRandom, type Random } from "../../../src/engine/rng.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import type { Trace } from "../../../src/trace/trace.ts";

export const rnn = (hidden: number, nonlinearity: "tanh" | "relu" = "tanh"): LayerConfig => ({
  cell: "rnn",
  hidden,
  nonlinearity,
});
export const lstm = (hidden: number): LayerConfig => ({ cell: "lstm", hidden });
export const gru = (hidden: number, reset: "after" | "before" = "after"): LayerConfig => ({
  cell: "gru",
  hidden,
  reset,
});

export const denseSpec = (
  inputs: number,
  outputs: number,
  ...layers: LayerConfig[]
): ModelSpec => ({
  input: { kind: "dense", size: inputs },
  layers,
  initialization: { input: "uniform", recurrent: "uniform", forgetBias: 1 },
  output: { size: outputs, at: "each-step" },
  loss: "mean-squared-error",
});

export const networkOf = (spec: ModelSpec, seed: number, precision: Precision = "float64"): Model =>
  createModel(spec, { kernels: referenceKernels(precision), random: createRandom(seed) });

/** One sequence of `steps` that suits the model, with a loss at every step unless `weights` says otherwise. */
export function sequenceFor(
  model: Model,
  steps: number,
  seed: number,
  weights?: readonly number[],
): Batch {
  const random = createRandom(seed);
  const { input, output, loss } = model.description;
  const rows = output.at === "last-step" ? 1 : steps;
  return {
    steps,
    size: 1,
    lengths: Int32Array.of(steps),
    input:
      input.kind === "dense"
        ? { kind: "dense", values: normals(random, steps * input.size) }
        : {
            kind: "tokens",
            tokens: Int32Array.from({ length: steps }, () => random.integer(input.vocabulary)),
          },
    target:
      loss === "cross-entropy"
        ? {
            kind: "classes",
            classes: Int32Array.from({ length: rows }, () => random.integer(output.size)),
          }
        : { kind: "values", values: normals(random, rows * output.size) },
    weights: Float64Array.from(weights ?? Array<number>(rows).fill(1)),
    carry: false,
  };
}

export const normals = (random: Random, count: number): Float64Array =>
  Float64Array.from({ length: count }, () => random.normal());

/** Forward and backward. */
export function traceThrough(model: Model, batch: Batch): Trace {
  const pass = createPass(model, { steps: batch.steps, batch: batch.size });
  zeroGradients(model);
  forward(pass, batch);
  if (batch.target) backward(pass);
  return readTrace(pass);
}
