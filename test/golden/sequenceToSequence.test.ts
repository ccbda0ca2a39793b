/** Encoder-decoders and attention pooling: every number and every gradient, against PyTorch's. */
import { simdBytes } from "unroll:simd";
import { describe, expect, it } from "vitest";
import { backward, createPass, forward, readTrace } from "../../src/engine/bptt.ts";
import type { Kernels, Precision } from "../../src/engine/kernels/kernels.ts";
import { simdKernels } from "../../src/engine/kernels/simd.ts";
import { disagreement } from "../gradcheck/differences.ts";
import { batchOf, integersOf, modelOf, readFixture, realsOf, sequenceFixtures } from "./fixture.ts";

const tolerances: Readonly<Record<Precision, number>> = { float64: 1e-9, float32: 1e-4 };
const vectors = simdKernels(simdBytes);

/** What a fixture holds that is not in a trace. */
const given = new Set(["raw", "target", "lengths", "weights", "written", "writtenLengths"]);

function compare(name: string, precision: Precision, kernels?: Kernels): readonly string[] {
  const fixture = readFixture(name, "sequenceToSequence");
  const model = modelOf(fixture, precision, kernels);
  const written = fixture.tensors.get("written");
  const batch = {
    ...batchOf(fixture, model),
    carry: false,
    ...(written && {
      decoder: {
        steps: written.shape[0],
        lengths: integersOf(fixture, "writtenLengths"),
        tokens: integersOf(fixture, "written"),
      },
    }),
  };
  // Larger than the batch: what lies beyond it must not matter.
  const capacity = { steps: batch.steps + 2, batch: batch.size + 1, decoderSteps: 6 };
  const pass = createPass(model, capacity);
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
    else {
      const values = realsOf(fixture, key);
      // An encoder begins at zero, and so does c behind a map.
      if (isStart(key) && values.every((value) => value === 0)) {
        if (found.data.some((value) => value !== 0)) problems.push(`${key} does not begin at zero`);
      } else problems.push(disagreement(key, found.shape, found.data, values, tolerance));
    }
  }
  for (const key of tensors.keys()) {
    if (!fixture.tensors.has(key) && key !== "grad.loss") problems.push(`${key} was not compared`);
  }
  return problems.filter((problem) => problem !== undefined);
}

const isStart = (key: string): boolean => /^layers\..*\.[hc]0$/.test(key);

describe("encoder-decoders and attention agree with PyTorch", () => {
  it("has a fixture for every way from source to target", () => {
    expect(sequenceFixtures).toEqual([
      "bahdanau-gru",
      "bahdanau-lstm-2-residual",
      "cho-gru-before",
      "luong-dot-gru-2-residual-context",
      "luong-dot-rnn",
      "luong-general-lstm",
      "pooling-gru",
      "pooling-lstm-bidirectional",
      "sutskever-lstm-2",
    ]);
  });

  for (const name of sequenceFixtures) {
    it(`${name}, float64`, () => expect(compare(name, "float64")).toEqual([]));
    it(`${name}, float32`, () => expect(compare(name, "float32")).toEqual([]));
    it(`${name}, vectors`, () => expect(compare(name, "float32", vectors)).toEqual([]));
  }
});
