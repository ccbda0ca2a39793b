/** Trains a workload with Unroll's own engine, one step per call. */
import { compileKernels } from "../../src/engine/kernels/assembly/compile.mjs";
import { backward, forward, zeroGradients } from "../../src/engine/bptt.ts";
import { createPass } from "../../src/engine/pass.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { simdKernels } from "../../src/engine/kernels/simd.ts";
import { createModel } from "../../src/engine/model.ts";
import { createOptimizer } from "../../src/engine/optimizers/optimizer.ts";
import { createRandom } from "../../src/engine/rng.ts";
import type { Batch } from "../../src/trace/batch.ts";
import type { LayerConfig } from "../../src/config/schema.ts";
import type { Workload } from "./workloads.ts";

const bytes = await compileKernels();

export function createKernels(name: "simd" | "reference"): Kernels {
  const kernels =
    name === "simd" ? simdKernels(new Uint8Array(bytes)) : referenceKernels("float32");
  if (!kernels) throw new Error("This machine's WebAssembly has no SIMD or no shared memory.");
  return kernels;
}

export function createTrainer(workload: Workload, kernels: Kernels): () => void {
  const { cell, hidden, batch: size, steps, inputs } = workload;
  const random = createRandom(1);
  const layer: LayerConfig =
    cell === "rnn"
      ? { cell, hidden, nonlinearity: "tanh" }
      : cell === "gru"
        ? { cell, hidden, reset: "after" }
        : { cell, hidden };
  const model = createModel(
    {
      input: { kind: "dense", size: inputs },
      layers: [layer],
      initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
      output: { size: inputs, at: "each-step" },
      loss: "cross-entropy",
    },
    { kernels, random },
  );
  const optimizer = createOptimizer(
    { kind: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    model.parameters,
  );
  const pass = createPass(model, { steps, batch: size });
  const rows = steps * size;
  const batch: Batch = {
    steps,
    size,
    lengths: new Int32Array(size).fill(steps),
    input: {
      kind: "dense",
      values: Float32Array.from({ length: rows * inputs }, () => random.normal()),
    },
    target: {
      kind: "classes",
      classes: Int32Array.from({ length: rows }, () => random.integer(inputs)),
    },
    weights: new Float32Array(rows).fill(1),
    carry: false,
  };
  return () => {
    zeroGradients(model);
    forward(pass, batch);
    backward(pass);
    optimizer.step();
  };
}
