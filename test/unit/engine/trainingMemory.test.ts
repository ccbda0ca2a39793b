import { describe, expect, it } from "vitest";
import { createAveragedModel } from "../../../src/engine/averagedModel.ts";
import { createPass } from "../../../src/engine/bptt.ts";
import { createModel } from "../../../src/engine/model.ts";
import { createOptimizer } from "../../../src/engine/optimizers/optimizer.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { trainingMemoryOf } from "../../../src/engine/trainingMemory.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";

describe("the memory of a training", () => {
  it("is what the vector kernels then really hand out, but for scratch", () => {
    const plan = {
      spec: {
        input: { kind: "tokens", vocabulary: 50 },
        layers: [
          { cell: "lstm", hidden: 40, dropout: 0.2 },
          { cell: "gru", hidden: 24, reset: "after", bidirectional: true },
        ],
        initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
        output: { size: 50, at: "each-step" },
        loss: "cross-entropy",
      },
      optimizer: {
        kind: "adam",
        learningRate: 0.001,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
      },
      averageDecay: 0.9,
      trained: { steps: 60, batch: 16 },
      evaluated: { steps: 60, batch: 16 },
    } as const;
    const kernels = createKernels();
    const before = kernels.allocate(16).byteOffset;
    const random = createRandom(1);
    const model = createModel(plan.spec, { kernels, random });
    createAveragedModel(model, plan.averageDecay);
    createOptimizer(plan.optimizer, model.parameters, kernels);
    createPass(model, plan.trained, { dropout: random });
    createPass(model, plan.evaluated);
    const used = kernels.allocate(16).byteOffset - before;
    const { modelBytes, batchBytes } = trainingMemoryOf(plan, 1);
    expect((modelBytes + batchBytes) / used).toBeCloseTo(1, 2);
  });
});
