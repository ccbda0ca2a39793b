/** Layers that read both ways: what must be the same when everything is turned round. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forward, readTrace } from "../../../src/engine/bptt.ts";
import type { Model } from "../../../src/engine/model.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { tensorOf, type Tensor } from "../../../src/trace/trace.ts";
import {
  bothWays,
  buildBatch,
  buildModel,
  buildPass,
  cellKinds,
  layerConfig,
} from "../../gradcheck/smallNetwork.ts";
import { partOf } from "./partOf.ts";

const lengthsOf = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 });

function outputOf(model: Model, batch: Batch): Tensor {
  const pass = buildPass(model, batch);
  forward(pass, batch);
  return tensorOf(readTrace(pass), "output");
}

const stepsOf = (values: Float64Array, steps: number): readonly Float64Array[] =>
  Array.from({ length: steps }, (_, t) =>
    values.slice((t * values.length) / steps, ((t + 1) * values.length) / steps),
  );

const otherWay = (name: string): string =>
  name.endsWith("_reverse") ? name.replace("_reverse", "") : `${name}_reverse`;

/** The same network looking the other way: what its directions and their columns are is exchanged. */
function mirrored(model: Model): Model {
  const values = new Map(model.parameters.map(({ name, value }) => [name, value]));
  const { layers } = model.description;
  const parameters = model.parameters.map((parameter) => {
    const { name, shape } = parameter;
    const isRecurrent = /_l\d/.test(name);
    const from = values.get(isRecurrent ? otherWay(name) : name) ?? new Float64Array();
    const layer = /^weight_ih_l([1-9])/.exec(name);
    const below = name === "output.weight" ? layers.at(-1) : layer && layers[Number(layer[1]) - 1];
    if (!below) return { ...parameter, value: from.slice() };
    const { hidden } = below;
    const value = from.map((_, k) => {
      const column = k % shape[1];
      return from[k - column + ((column + hidden) % (2 * hidden))];
    });
    return { ...parameter, value };
  });
  return { ...model, parameters };
}

describe("a network that reads both ways", () => {
  const kinds = fc.constantFrom(...cellKinds);
  const places = fc.constantFrom("each-step" as const, "last-step" as const);
  it("mirrored, computes of a sequence read backwards what it computes of the sequence, backwards", () => {
    fc.assert(
      fc.property(kinds, places, fc.nat(1000), lengthsOf, (kind, at, seed, lengths) => {
        const layers = [layerConfig(kind, 4), layerConfig(kind, 3)].map(bothWays);
        const model = buildModel({ layers, at, seed });
        const batch = buildBatch(model, { lengths, seed });
        if (batch.input.kind !== "dense") throw new Error("Dense input only.");
        const { steps, size } = batch;
        const width = batch.input.values.length / (steps * size);
        const values = batch.input.values.slice();
        for (const [b, length] of lengths.entries()) {
          for (let t = 0; t < length; t++) {
            const row = batch.input.values.subarray((t * size + b) * width).subarray(0, width);
            values.set(row, ((length - 1 - t) * size + b) * width);
          }
        }
        const backwards: Batch = { ...batch, input: { kind: "dense", values }, target: undefined };
        const straight = outputOf(model, batch);
        const mirror = outputOf(mirrored(model), backwards);
        for (const [b, length] of lengths.entries()) {
          const wanted = stepsOf(partOf(straight, b, length), at === "each-step" ? length : 1);
          const found = stepsOf(partOf(mirror, b, length), at === "each-step" ? length : 1);
          // Sums run in another order, so that the last digits may differ.
          const distances = found
            .toReversed()
            .flatMap((row, t) => Array.from(row, (value, k) => Math.abs(value - wanted[t][k])));
          expect(Math.max(...distances)).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("knows at its first step of the last, which one that reads forward does not", () => {
    const layers = [layerConfig("lstm", 4)];
    for (const [model, depends] of [
      [buildModel({ layers }), false],
      [buildModel({ layers: layers.map(bothWays) }), true],
    ] as const) {
      const batch = buildBatch(model, { lengths: [5] });
      if (batch.input.kind !== "dense") throw new Error("Dense input only.");
      const values = batch.input.values.with(batch.input.values.length - 1, 3);
      const outputs = (given: Batch): Float64Array => partOf(outputOf(model, given), 0, 1);
      const changed = outputs({ ...batch, input: { kind: "dense", values } });
      expect(changed.some((value, k) => value !== outputs(batch)[k])).toBe(depends);
    }
  });
});
