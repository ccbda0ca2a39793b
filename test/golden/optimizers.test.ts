/** Ten steps of each optimizer, clipping and the average of the weights included, against PyTorch's. */
import { describe, expect, it } from "vitest";
import type { OptimizerConfig, TrainingConfig } from "../../src/config/schema.ts";
import { createAveragedModel } from "../../src/engine/averagedModel.ts";
import { backward, createPass, forward, zeroGradients } from "../../src/engine/bptt.ts";
import { clipGradients } from "../../src/engine/clip.ts";
import type { Precision } from "../../src/engine/kernels/kernels.ts";
import type { Model } from "../../src/engine/model.ts";
import { createOptimizer } from "../../src/engine/optimizers/optimizer.ts";
import { disagreement } from "../gradcheck/differences.ts";
import { batchOf, modelOf, readFixture, realsOf } from "./fixture.ts";

const fixture = readFixture("optimizers");
const configs = JSON.parse(fixture.metadata.optimizers) as Record<
  string,
  { optimizer: OptimizerConfig; clip: TrainingConfig["clip"] }
>;

function compare(name: string, precision: Precision, tolerance: number): readonly string[] {
  const { optimizer: config, clip } = configs[name];
  const model = modelOf(fixture, precision);
  const batch = { ...batchOf(fixture, model), carry: false };
  const pass = createPass(model, { steps: batch.steps, batch: batch.size });
  const optimizer = createOptimizer(config, model.parameters, model.kernels);
  const averaged = createAveragedModel(model, Number(fixture.metadata.averageDecay));
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < 10; step++) {
    zeroGradients(model);
    losses.push(forward(pass, batch).loss);
    backward(pass);
    norms.push(clipGradients(model.parameters, clip, model.kernels).norm);
    optimizer.step();
    averaged.update();
  }
  const parametersUnder = (prefix: string, { parameters }: Model) =>
    parameters.map(({ name: key, shape, value }) =>
      disagreement(key, shape, value, realsOf(fixture, `${prefix}.${key}`), tolerance),
    );
  return [
    disagreement("losses", [10], losses, realsOf(fixture, `${name}.losses`), tolerance),
    disagreement("norms", [10], norms, realsOf(fixture, `${name}.norms`), tolerance),
    ...parametersUnder(`${name}.param`, model),
    ...parametersUnder(`${name}.average`, averaged.model),
  ].filter((problem) => problem !== undefined);
}

describe("ten optimizer steps agree with PyTorch", () => {
  for (const name of Object.keys(configs)) {
    it(`${name}, float64`, () => expect(compare(name, "float64", 1e-9)).toEqual([]));
    it(`${name}, float32`, () => expect(compare(name, "float32", 1e-4)).toEqual([]));
  }
});
