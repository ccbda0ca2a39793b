/** What must not matter: neighbours in a batch, their order, padding, where a sequence is cut, spare room. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backward,
  carriedState,
  createPass,
  forward,
  readTrace,
  restoreCarriedState,
  zeroGradients,
} from "../../../src/engine/bptt.ts";
import type { Model } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { tensorOf, type Real, type Trace } from "../../../src/trace/trace.ts";
import {
  buildBatch,
  buildModel,
  buildPass,
  buildStates,
  cellKinds,
  layerConfig,
} from "../../gradcheck/smallNetwork.ts";
import { choose, windowOf, withRubbish } from "./batchParts.ts";
import { partOf } from "./partOf.ts";
import {
  difference,
  implementations,
  lengthDraws,
  networkDraws,
  networkOf,
} from "./randomNetworks.ts";

const oneWay = networkDraws({ both: false });
const networks = fc.oneof(oneWay, networkDraws({ both: true }));

interface Outcome {
  readonly loss: number;
  readonly weight: number;
  readonly trace: Trace;
}

function run(model: Model, batch: Batch, states?: ReadonlyMap<string, Real>): Outcome {
  const pass = buildPass(model, batch, states);
  zeroGradients(model);
  const { loss, weight } = forward(pass, batch);
  backward(pass);
  return { loss, weight, trace: readTrace(pass) };
}

const forwardNames = (trace: Trace): readonly string[] =>
  [...trace.tensors.keys()].filter((name) => !name.startsWith("grad."));
const sequenceGradientNames = (trace: Trace): readonly string[] =>
  [...trace.tensors.keys()].filter(
    (name) => name.startsWith("grad.") && !name.startsWith("grad.param."),
  );

for (const { title, kernels, rounding, forwardRounding } of implementations) {
  describe(`sequences side by side, ${title}`, () => {
    it("each compute what they compute alone, plainly bit for bit, and receive the same gradients", () => {
      fc.assert(
        fc.property(networks, lengthDraws, (draw, lengths) => {
          const model = networkOf(draw, kernels);
          const batch = buildBatch(model, { lengths });
          const together = run(model, batch);
          for (const [b, steps] of lengths.entries()) {
            const alone = run(model, choose(model, batch, [b]));
            for (const name of forwardNames(together.trace)) {
              const part = partOf(tensorOf(together.trace, name), b, steps);
              const wanted = partOf(tensorOf(alone.trace, name), 0, steps);
              expect(difference(name, part, wanted, forwardRounding)).toBeUndefined();
            }
            // Alone, its loss is divided by its own weights only.
            const share = together.weight === 0 ? 0 : alone.weight / together.weight;
            for (const name of sequenceGradientNames(together.trace)) {
              const part = partOf(tensorOf(together.trace, name), b, steps);
              const wanted = partOf(tensorOf(alone.trace, name), 0, steps).map(
                (value) => value * share,
              );
              expect(difference(name, part, wanted, rounding)).toBeUndefined();
            }
          }
        }),
        { numRuns: 60 },
      );
    });

    it("add up to the gradients of their parameters, in any order", () => {
      fc.assert(
        fc.property(networks, lengthDraws, fc.nat(), (draw, lengths, seed) => {
          const model = networkOf(draw, kernels);
          const batch = buildBatch(model, { lengths });
          const straight = run(model, batch);
          const order = shuffled(lengths.length, seed);
          const mixed = run(model, choose(model, batch, order));
          expect(Math.abs(mixed.loss - straight.loss)).toBeLessThan(rounding);
          for (const [b, place] of order.entries()) {
            for (const name of forwardNames(straight.trace)) {
              const part = partOf(tensorOf(mixed.trace, name), b, lengths[place]);
              const wanted = partOf(tensorOf(straight.trace, name), place, lengths[place]);
              expect(difference(name, part, wanted, forwardRounding)).toBeUndefined();
            }
          }
          for (const { name } of model.parameters) {
            const { data } = tensorOf(straight.trace, `grad.param.${name}`);
            const found = tensorOf(mixed.trace, `grad.param.${name}`).data;
            expect(difference(name, found, data, rounding)).toBeUndefined();
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** 0 … count − 1, in an order that follows from the seed. */
function shuffled(count: number, seed: number): readonly number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => ({ index, key: random.uniform() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ index }) => index);
}

describe("padding", () => {
  it.each(implementations)(
    "may hold anything, NaN and unknown tokens too: $title",
    ({ kernels }) => {
      fc.assert(
        fc.property(networks, lengthDraws, (draw, lengths) => {
          const model = networkOf(draw, kernels);
          const batch = buildBatch(model, { lengths });
          const clean = run(model, batch);
          const dirty = run(model, withRubbish(model, batch));
          expect(dirty.loss).toBe(clean.loss);
          for (const [name, { data }] of clean.trace.tensors) {
            expect(tensorOf(dirty.trace, name).data, name).toEqual(data);
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it("is zero in the trace, but for states, which are held", () => {
    for (const kind of cellKinds) {
      const model = buildModel({ layers: [layerConfig(kind, 4)] });
      const { trace } = run(model, buildBatch(model, { lengths: [2, 5] }));
      for (const [name, tensor] of trace.tensors) {
        if (tensor.axes[0] !== "T" || name === "output") continue;
        const whole = partOf(tensor, 0, 5);
        const width = whole.length / 5;
        const held = /^layers\.0\.forward\.[hc]$/.test(name)
          ? whole.slice(width, 2 * width)
          : new Float64Array(width);
        for (let t = 2; t < 5; t++) {
          // −0 is as good a zero as any.
          const found = whole.slice(t * width, (t + 1) * width).map((value) => value + 0);
          expect(found, `${kind} ${name}`).toEqual(held);
        }
      }
    }
  });
});

describe("a sequence cut into windows", () => {
  it.each(implementations)(
    "computes what it computes whole when its state is carried, plainly bit for bit: $title",
    ({ kernels, forwardRounding }) => {
      const cuts = fc.integer({ min: 1, max: 5 });
      fc.assert(
        fc.property(oneWay, cuts, (draw, cut) => {
          const model = networkOf(draw, kernels);
          const steps = 6;
          const batch = buildBatch(model, { lengths: [6, 6, 6], carry: true });
          const states = buildStates(model, batch.size);
          const whole = run(model, batch, states);
          const pass = createPass(model, { steps, batch: batch.size });
          restoreCarriedState(pass, states);
          const first = windowOf(batch, model, 0, cut);
          const second = windowOf(batch, model, cut, steps);
          forward(pass, first);
          const head = readTrace(pass);
          forward(pass, second);
          const tail = readTrace(pass);
          for (const name of forwardNames(tail).filter(
            (one) => tensorOf(tail, one).axes[0] === "T",
          )) {
            const { data } = tensorOf(whole.trace, name);
            const joined = [...tensorOf(head, name).data, ...tensorOf(tail, name).data];
            expect(difference(name, joined, data, forwardRounding)).toBeUndefined();
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it("begins anew where the state is not carried", () => {
    const model = buildModel();
    const batch = buildBatch(model);
    const pass = buildPass(model, batch);
    const { loss } = forward(pass, batch);
    expect(forward(pass, batch).loss).toBe(loss);
    expect(forward(pass, { ...batch, carry: true }).loss).not.toBe(loss);
  });

  it("hands on the state in which each sequence ended", () => {
    const model = buildModel({ layers: [layerConfig("lstm", 4)] });
    const batch = buildBatch(model, { lengths: [2, 5, 3] });
    const pass = buildPass(model, batch);
    forward(pass, batch);
    const h = tensorOf(readTrace(pass), "layers.0.forward.h");
    const carried = carriedState(pass).get("layers.0.forward.h");
    for (const [b, length] of batch.lengths.entries()) {
      const atEnd = partOf(h, b, length).slice(-4);
      expect(Float64Array.from(carried?.slice(b * 4, b * 4 + 4) ?? [])).toEqual(atEnd);
    }
  });
});

describe("a pass with room to spare", () => {
  it.each(implementations)(
    "gives the same bits, also after a larger batch has been through it: $title",
    ({ kernels }) => {
      fc.assert(
        fc.property(networks, lengthDraws, (draw, lengths) => {
          const model = networkOf(draw, kernels);
          const batch = buildBatch(model, { lengths });
          const exact = run(model, batch);
          const pass = createPass(model, { steps: 9, batch: 7 });
          const larger = buildBatch(model, { lengths: [9, 8, 7, 9, 9, 3, 1], seed: 11 });
          forward(pass, larger);
          backward(pass);
          zeroGradients(model);
          forward(pass, batch);
          backward(pass);
          const trace = readTrace(pass);
          for (const [name, { data }] of exact.trace.tensors) {
            expect(tensorOf(trace, name).data, name).toEqual(data);
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});
