/** Networks of every kind, as the writers take them: those of the golden fixtures, with an input and its output. */
import { createPass, forward, readTrace } from "../../../src/engine/bptt.ts";
import type { Model } from "../../../src/engine/model.ts";
import type { ModelNetwork } from "../../../src/models/modelContents.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { tensorOf, type Tensor } from "../../../src/trace/trace.ts";
import { batchOf, modelOf, networkFixtures, readFixture } from "../fixture.ts";

export interface NetworkCase {
  readonly name: string;
  readonly network: ModelNetwork;
  readonly batch: Batch;
  /** What our engine makes of the batch in 64 bits, from zero states, every sequence at full length. */
  readonly output: Tensor;
}

/** Not those whose loss alone differs, and not cells that the other frameworks have no layer for. */
export const networkCaseNames: readonly string[] = networkFixtures.filter(
  (name) => !/^loss-|peepholes|projection|layer-norm/.test(name),
);

export function networkCase(name: string): NetworkCase {
  const fixture = readFixture(name);
  const model = modelOf(fixture, "float64");
  const all = batchOf(fixture, model);
  const batch: Batch = {
    steps: all.steps,
    size: all.size,
    lengths: new Int32Array(all.size).fill(all.steps),
    input: all.input,
    carry: false,
  };
  const pass = createPass(model, { steps: batch.steps, batch: batch.size });
  forward(pass, batch);
  const output = tensorOf(readTrace(pass), "output");
  return { name, network: networkOf(model), batch, output };
}

export function networkOf({ description, parameters }: Model): ModelNetwork {
  const { input, layers, output } = description;
  return {
    name: "",
    input,
    layers,
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
