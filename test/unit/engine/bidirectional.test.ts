/** Layers that read both ways: what must be the same when everything is turned round. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backward, forward, readTrace, zeroGradients } from "../../../src/engine/bptt.ts";
import type { Model } from "../../../src/engine/model.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { tensorOf, widthOf, type Real, type Tensor } from "../../../src/trace/trace.ts";
import {
  bothWays,
  buildBatch,
  buildModel,
  buildPass,
  layerConfig,
} from "../../gradcheck/smallNetwork.ts";
import { partOf } from "./partOf.ts";
import {
  difference,
  implementations,
  lengthDraws,
  networkDraws,
  networkOf,
} from "./randomNetworks.ts";

const otherWay = (name: string): string =>
  name.endsWith("_reverse") ? name.replace("_reverse", "") : `${name}_reverse`;

type Numbers = ReadonlyMap<string, Real>;

/** Numbers of parameters as the network has them that looks the other way: directions, and their columns, are exchanged. */
function mirrored({ parameters, description: { layers } }: Model, numbers: Numbers): Numbers {
  return new Map(
    parameters.map(({ name, shape }): [string, Real] => {
      const values = numbers.get(/_l\d/.test(name) ? otherWay(name) : name) ?? new Float64Array();
      const layer = /^weight_ih_l([1-9])/.exec(name);
      const below =
        name === "output.weight" ? layers.at(-1) : layer && layers[Number(layer[1]) - 1];
      if (!below) return [name, values.slice()];
      const width = widthOf(below, "h");
      const exchanged = values.map((_, k) => {
        const column = k % shape[1];
        return values[k - column + ((column + width) % (2 * width))];
      });
      return [name, exchanged];
    }),
  );
}

/** (T,B,·) of a batch with each sequence from its end to its beginning, and padding 0. */
function turned<Values extends Real | Int32Array>(
  values: Values,
  { steps, size, lengths }: Batch,
): Values {
  const width = values.length / (steps * size);
  const result = values.slice().fill(0) as Values;
  for (const [b, length] of lengths.entries()) {
    for (let t = 0; t < length; t++) {
      const from = ((length - 1 - t) * size + b) * width;
      result.set(values.subarray(from, from + width), (t * size + b) * width);
    }
  }
  return result;
}

function turnedBatch(batch: Batch, at: "each-step" | "last-step"): Batch {
  const { input, target, weights } = batch;
  const back = <Values extends Real | Int32Array>(values: Values): Values =>
    at === "each-step" ? turned(values, batch) : values;
  if (!target || target.kind === "labels" || !weights) throw new Error("Only classes and values.");
  return {
    ...batch,
    input:
      input.kind === "tokens"
        ? { kind: "tokens", tokens: turned(input.tokens, batch) }
        : { kind: "dense", values: turned(input.values, batch) },
    target:
      target.kind === "classes"
        ? { kind: "classes", classes: back(target.classes) }
        : { kind: "values", values: back(target.values) },
    weights: back(weights),
  };
}

function learn(model: Model, batch: Batch) {
  const pass = buildPass(model, batch);
  zeroGradients(model);
  forward(pass, batch);
  backward(pass);
  const gradients = new Map(model.parameters.map(({ name, gradient }) => [name, gradient.slice()]));
  return { trace: readTrace(pass), gradients };
}

function outputOf(model: Model, batch: Batch): Tensor {
  const pass = buildPass(model, batch);
  forward(pass, batch);
  return tensorOf(readTrace(pass), "output");
}

describe("a network that reads both ways", () => {
  it.each(implementations)(
    "mirrored, computes and learns of sequences read backwards what it does of the sequences, backwards: $title",
    ({ kernels, rounding }) => {
      fc.assert(
        fc.property(networkDraws({ both: true }), lengthDraws, (draw, lengths) => {
          const model = networkOf(draw, kernels);
          const { at } = draw.spec.output;
          const batch = buildBatch(model, { lengths });
          const straight = learn(model, batch);
          const mirror = networkOf(draw, kernels);
          const weights = mirrored(
            model,
            new Map(model.parameters.map((each) => [each.name, each.value])),
          );
          for (const { name, value } of mirror.parameters) value.set(weights.get(name) ?? []);
          const backwards = learn(mirror, turnedBatch(batch, at));

          const wanted = tensorOf(straight.trace, "output").data;
          const output = tensorOf(backwards.trace, "output").data;
          const [inOrder, kept] =
            at === "each-step"
              ? [turned(output, batch), turned(turned(wanted, batch), batch)]
              : [output, wanted];
          expect(difference("output", inOrder, kept, rounding)).toBeUndefined();
          const input = turned(tensorOf(backwards.trace, "grad.input").data, batch);
          const wantedInput = tensorOf(straight.trace, "grad.input").data;
          expect(difference("grad.input", input, wantedInput, rounding)).toBeUndefined();
          for (const [name, gradient] of mirrored(model, straight.gradients)) {
            const found = backwards.gradients.get(name) ?? [];
            expect(difference(name, found, gradient, rounding)).toBeUndefined();
          }
        }),
        { numRuns: 60 },
      );
    },
  );

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
