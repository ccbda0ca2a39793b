/** Ten updates of every cell, through the training loop's own updater, against PyTorch's. */
import { readdirSync } from "node:fs";
import { simdBytes } from "unroll:simd";
import { describe, expect, it } from "vitest";
import { optimizerSchema } from "../../src/config/schema/optimizerSchema.ts";
import { trainingSchema } from "../../src/config/schema/trainingSchema.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { simdKernels } from "../../src/engine/kernels/simd.ts";
import type { Model, ModelSpec } from "../../src/engine/model.ts";
import { createRandom, resumableRandom } from "../../src/engine/rng.ts";
import { trainInOneThread } from "../../src/jobs/oneThread.ts";
import { createUpdater, type UpdateProgress } from "../../src/jobs/trainingUpdate.ts";
import type { Batch } from "../../src/trace/batch.ts";
import { disagreement } from "../gradcheck/differences.ts";
import { cells } from "../gradcheck/grid.ts";
import { integersOf, readFixture, realsOf, type Fixture } from "./fixture.ts";

const names = readdirSync(new URL("training/", import.meta.url))
  .map((file) => file.replace(".safetensors", ""))
  .sort();

const specIn = ({ metadata }: Fixture): ModelSpec => ({
  ...(JSON.parse(metadata.spec) as Omit<ModelSpec, "initialization">),
  initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
});

/** As `unroll.json` would say it, defaults filled in. */
const trainingIn = ({ metadata }: Fixture) => trainingSchema.parse(JSON.parse(metadata.training));

function batchIn(fixture: Fixture, index: number, spec: ModelSpec): Batch {
  const raw = fixture.tensors.get(`${index}.raw`);
  if (!raw) throw new Error(`The fixture has no batch ${index}.`);
  const [steps, size] = raw.shape;
  return {
    steps,
    size,
    lengths: integersOf(fixture, `${index}.lengths`),
    input: { kind: "dense", values: realsOf(fixture, `${index}.raw`) },
    target:
      spec.loss === "cross-entropy"
        ? { kind: "classes", classes: integersOf(fixture, `${index}.target`) }
        : { kind: "values", values: realsOf(fixture, `${index}.target`) },
    weights: realsOf(fixture, `${index}.weights`),
    carry: false,
  };
}

async function compare(name: string, kernels: Kernels, tolerance: number) {
  const fixture = readFixture(name, "training");
  const spec = specIn(fixture);
  const training = trainingIn(fixture);
  const updates = Number(fixture.metadata.updates);
  const batches = [0, 1].map((index) => batchIn(fixture, index, spec));
  const [{ steps, size }] = batches;
  const noise = resumableRandom(createRandom(1));
  const plan = {
    spec,
    optimizer: training.optimizer,
    averageDecay: training.averageWeights?.decay,
    trained: { steps, batch: size },
    evaluated: undefined,
  };
  const trainer = trainInOneThread(plan, kernels, { random: createRandom(1), noise });
  for (const parameter of trainer.model.parameters)
    parameter.value.set(realsOf(fixture, `param.${parameter.name}`));
  const progress: UpdateProgress = { epoch: 0, update: 0 };
  const updater = createUpdater({ trainer, noise, updates, config: { training }, progress });

  const losses: number[] = [];
  const norms: number[] = [];
  for (let turn = 0; progress.update < updates; turn++) {
    const { measured, overflow } = await updater.train(batches[turn % 2]);
    expect(overflow).toBeUndefined();
    if (!measured) continue;
    losses.push(measured.loss);
    norms.push(measured.gradientNorm);
    progress.update++;
  }
  const against = (prefix: string, { parameters }: Model) =>
    parameters.map(({ name: key, shape, value }) =>
      disagreement(key, shape, value, realsOf(fixture, `${prefix}.${key}`), tolerance),
    );
  return [
    disagreement("losses", [updates], losses, realsOf(fixture, "losses"), tolerance),
    disagreement("norms", [updates], norms, realsOf(fixture, "norms"), tolerance),
    ...against("trained", trainer.model),
    ...(trainer.averaged ? against("average", trainer.averaged.model) : ["no average"]),
  ].filter((problem) => problem !== undefined);
}

const described = (layer: object): string =>
  Object.entries({ ...layer, bidirectional: undefined })
    .map(String)
    .toSorted()
    .join();

describe("ten updates of a training agree with PyTorch", () => {
  for (const name of names) {
    it(`${name}, float64`, async () =>
      expect(await compare(name, referenceKernels("float64"), 1e-9)).toEqual([]));
    it(`${name}, vectors`, async () => {
      const kernels = simdKernels(simdBytes);
      if (!kernels) throw new Error("This machine's WebAssembly has no SIMD or no shared memory.");
      expect(await compare(name, kernels, 2e-4)).toEqual([]);
    });
  }

  it("has every cell of the config's schema, optimizer, way of clipping, and more than one batch to an update", () => {
    const fixtures = names.map((name) => readFixture(name, "training"));
    const found = fixtures.map((fixture) => described(specIn(fixture).layers[0]));
    expect(found.toSorted()).toEqual(cells.map(described).toSorted());

    const trainings = fixtures.map(trainingIn);
    const kinds = optimizerSchema.options.map(({ shape }) => shape.kind.value);
    expect(new Set(trainings.map(({ optimizer }) => optimizer.kind))).toEqual(new Set(kinds));
    const clips = new Set(trainings.flatMap(({ clip }) => Object.keys(clip)));
    expect([...clips].toSorted()).toEqual(["norm", "parameterNorm", "value"]);
    expect(new Set(trainings.map(({ accumulate }) => accumulate))).toEqual(new Set([1, 2]));
  });
});
