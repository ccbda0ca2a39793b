/** Outputs, every state and gate at every step, and every gradient, against PyTorch's. */
import { simdBytes } from "unroll:simd";
import { describe, expect, it } from "vitest";
import {
  backward,
  createPass,
  forward,
  readTrace,
  restoreCarriedState,
} from "../../src/engine/bptt.ts";
import type { Kernels, Precision } from "../../src/engine/kernels/kernels.ts";
import { simdKernels } from "../../src/engine/kernels/simd.ts";
import { disagreement } from "../gradcheck/differences.ts";
import { batchOf, modelOf, networkFixtures, readFixture, realsOf, statesIn } from "./fixture.ts";

/** Relative to the largest entry of each tensor. */
const tolerances: Readonly<Record<Precision, number>> = { float64: 1e-9, float32: 1e-4 };

const vectors = simdKernels(simdBytes);

/** What a fixture holds that is not in a trace. */
const given = new Set(["raw", "target", "lengths", "weights"]);

function compare(name: string, precision: Precision, kernels?: Kernels): readonly string[] {
  const fixture = readFixture(name);
  const model = modelOf(fixture, precision, kernels);
  const batch = batchOf(fixture, model);
  // Larger than the batch: what lies beyond it must not matter.
  const pass = createPass(model, { steps: batch.steps + 2, batch: batch.size + 1 });
  restoreCarriedState(pass, statesIn(fixture, model));
  const { loss } = forward(pass, batch);
  backward(pass);
  const { tensors } = readTrace(pass);
  const tolerance = tolerances[precision];
  const problems = [disagreement("loss", [1], [loss], [Number(fixture.metadata.loss)], tolerance)];
  for (const [key, wanted] of fixture.tensors) {
    if (given.has(key) || key.startsWith("param.")) continue;
    const found = tensors.get(key);
    if (!found) problems.push(`${key} is not in the trace`);
    else if (found.shape.join() !== wanted.shape.join())
      problems.push(`${key} has shape (${found.shape.join()}) instead of (${wanted.shape.join()})`);
    else
      problems.push(disagreement(key, found.shape, found.data, realsOf(fixture, key), tolerance));
  }
  for (const key of tensors.keys()) {
    if (!fixture.tensors.has(key) && key !== "grad.loss") problems.push(`${key} was not compared`);
  }
  return problems.filter((problem) => problem !== undefined);
}

const starting = (start: string) => (name: string) => name.startsWith(start);

describe("networks agree with PyTorch", () => {
  it("has a fixture for every cell, depth, direction, loss and input", () => {
    expect(networkFixtures.filter(starting("loss-"))).toHaveLength(7);
    expect(networkFixtures.filter(starting("bidirectional-"))).toHaveLength(15);
    expect(networkFixtures.filter(starting("residual-"))).toHaveLength(3);
    expect(networkFixtures.filter(starting("variant-"))).toHaveLength(21);
    expect(networkFixtures.filter(starting("deep-"))).toHaveLength(5);
    expect(networkFixtures).toHaveLength(20 + 7 + 15 + 3 + 21 + 5);
  });

  for (const name of networkFixtures) {
    it(`${name}, float64`, () => expect(compare(name, "float64")).toEqual([]));
    it(`${name}, float32`, () => expect(compare(name, "float32")).toEqual([]));
    it(`${name}, vectors`, () => expect(compare(name, "float32", vectors)).toEqual([]));
  }
});
