/** Truncated BPTT(k1, k2): which steps are read, which losses are taken, and what gradients come of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LayerConfig } from "../../../src/config/schema.ts";
import { createBatcher, type BatcherOptions } from "../../../src/data/batcher.ts";
import type { Example, Split } from "../../../src/data/split.ts";
import { rowOf } from "../../../src/data/tokenRow.ts";
import {
  backward,
  createPass,
  forward,
  restoreCarriedState,
  zeroGradients,
} from "../../../src/engine/bptt.ts";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import { createModel, type Model } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { cells } from "../../gradcheck/grid.ts";
import { difference, implementations } from "../engine/randomNetworks.ts";
import { tokensOf } from "./builders.ts";

const vocabulary = 7;
const layout: Split["layout"] = {
  input: { kind: "tokens", vocabulary },
  output: { kind: "classes", size: vocabulary, at: "each-step" },
};

/** Random sequences, each token of which foretells the next. */
function splitOf(lengths: readonly number[], stream?: Int32Array): Split {
  const random = createRandom(9);
  const examples = lengths.map((steps): Example => {
    const tokens = Int32Array.from({ length: steps + 1 }, () => random.integer(vocabulary));
    return {
      steps,
      input: tokens.slice(0, -1),
      target: tokens.slice(1),
      weights: new Float32Array(steps).fill(1),
    };
  });
  return {
    layout,
    sequenceCount: lengths.length,
    steps: Math.max(0, ...lengths, (stream?.length ?? 1) - 1),
    ...(stream && { stream: rowOf(stream) }),
    read: (index) => examples[index],
    describe: (index) => ({ title: String(index), detail: "" }),
    labels: () => [],
  };
}

type CellChoice = (typeof cells)[number];

/** A layer of the cell below one of another. */
const modelOf = (cell: CellChoice, kernels: Kernels): Model =>
  createModel(
    {
      input: layout.input,
      layers: [cell as LayerConfig, { cell: "gru", hidden: 3, reset: "after" }],
      initialization: { input: "uniform", recurrent: "uniform", forgetBias: 1 },
      output: { size: vocabulary, at: "each-step" },
      loss: "cross-entropy",
    },
    { kernels, random: createRandom(4) },
  );

function batchesOf(split: Split, options: Partial<BatcherOptions>): readonly Batch[] {
  const batcher = createBatcher(split, { batch: 8, bptt: "full", carryState: true, ...options });
  batcher.startEpoch();
  const batches: Batch[] = [];
  for (let batch = batcher.next(); batch; batch = batcher.next()) {
    // The next one is written over it.
    batches.push(structuredClone(batch));
  }
  return batches;
}

function addTo(sum: Float64Array | number[], values: ArrayLike<number>, weight: number): void {
  for (let k = 0; k < values.length; k++) sum[k] += weight * values[k];
}

/** Σ weight · dL/d parameters over batches that follow each other, with the weights left as they are. */
function gradientsOf(model: Model, batches: readonly Batch[]): ReadonlyMap<string, Float64Array> {
  const steps = Math.max(...batches.map((batch) => batch.steps));
  const pass = createPass(model, { steps, batch: batches[0].size });
  const sums = new Map(
    model.parameters.map(({ name, value }) => [name, new Float64Array(value.length)]),
  );
  for (const batch of batches) {
    zeroGradients(model);
    const { weight } = forward(pass, batch);
    if (!batch.target || weight === 0) continue;
    backward(pass);
    for (const { name, gradient } of model.parameters) {
      addTo(sums.get(name) ?? [], gradient, weight);
    }
  }
  return sums;
}

function differences(
  model: Model,
  found: ReadonlyMap<string, Float64Array>,
  wanted: ReadonlyMap<string, Float64Array>,
  rounding: number,
): readonly string[] {
  return model.parameters.flatMap(
    ({ name }) => difference(name, found.get(name) ?? [], wanted.get(name) ?? [], rounding) ?? [],
  );
}

const sumOf = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
const weightOf = ({ weights }: Batch): number => sumOf(weights ?? []);

const cellsOf = fc.constantFrom(...cells);
const lengthsOf = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
const truncations = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([updateEverySteps, more]) => ({ updateEverySteps, bptt: updateEverySteps + more }));

describe("BPTT(k1, k2)", () => {
  it("takes every loss once, and reads no more than k2 steps for it", () => {
    fc.assert(
      fc.property(lengthsOf, truncations, (lengths, { updateEverySteps, bptt }) => {
        const batches = batchesOf(splitOf(lengths), { updateEverySteps, bptt });
        const taken = batches.map(weightOf);
        expect(sumOf(taken)).toBe(sumOf(lengths));
        for (const { steps } of batches) expect(steps).toBeLessThanOrEqual(bptt);
      }),
    );
  });

  it.each(implementations)(
    "with k2 of the whole sequence or more is full BPTT, however often the weights are updated: $title",
    ({ kernels, rounding }) => {
      fc.assert(
        fc.property(
          cellsOf,
          lengthsOf,
          fc.integer({ min: 1, max: 9 }),
          (cell, some, updateEverySteps) => {
            // A single step would leave the recurrent weights without a gradient.
            const lengths = [...some, 3];
            const model = modelOf(cell, kernels);
            const split = splitOf(lengths);
            const options = { updateEverySteps, bptt: Math.max(...lengths, updateEverySteps) };
            const truncated = gradientsOf(model, batchesOf(split, options));
            const full = gradientsOf(model, batchesOf(split, {}));
            expect(differences(model, truncated, full, rounding)).toEqual([]);
          },
        ),
        { numRuns: 30 },
      );
    },
  );

  it("with k1 = k2 is windows side by side", () => {
    const split = splitOf([9, 6, 2]);
    expect(batchesOf(split, { bptt: 4, updateEverySteps: 4 })).toEqual(
      batchesOf(split, { bptt: 4 }),
    );
  });

  it.each(implementations)(
    "follows each loss back to the beginning of its window, and from there has the state of the steps before: $title",
    ({ kernels, rounding }) => {
      fc.assert(
        fc.property(cellsOf, truncations, (cell, { updateEverySteps, bptt }) => {
          const model = modelOf(cell, kernels);
          const split = splitOf([9]);
          const [whole] = batchesOf(split, {});
          const tokens = tokensOf(whole)[0];
          const cut = (from: number, to: number): Batch => ({
            ...whole,
            steps: to - from,
            lengths: Int32Array.of(to - from),
            input: { kind: "tokens", tokens: Int32Array.from(tokens.slice(from, to)) },
          });
          const wanted = new Map(
            model.parameters.map(({ name, value }) => [name, new Float64Array(value.length)]),
          );
          for (let lossFrom = 0; lossFrom < 9; lossFrom += updateEverySteps) {
            const end = Math.min(9, lossFrom + updateEverySteps);
            const from = bptt === updateEverySteps ? lossFrom : Math.max(0, end - bptt);
            if (!whole.target || whole.target.kind !== "classes") throw new Error("No classes.");
            const window: Batch = {
              ...cut(from, end),
              target: { kind: "classes", classes: whole.target.classes.slice(from, end) },
              weights: new Float32Array(end - from).fill(1, lossFrom - from),
              carry: from > 0,
            };
            const before = from > 0 ? [{ ...cut(0, from), target: undefined, carry: false }] : [];
            for (const [name, sum] of gradientsOf(model, [...before, window])) {
              addTo(wanted.get(name) ?? [], sum, 1);
            }
          }
          const found = gradientsOf(model, batchesOf(split, { updateEverySteps, bptt }));
          expect(differences(model, found, wanted, rounding)).toEqual([]);
        }),
        { numRuns: 30 },
      );
    },
  );

  it("reads a text in overlapping windows, with and without its state carried on", () => {
    const stream = Int32Array.from({ length: 12 }, (_, k) => k % vocabulary);
    const options = { batch: 1, bptt: 5, updateEverySteps: 2 };
    const carried = batchesOf(splitOf([], stream), options);
    expect(carried.map((batch) => tokensOf(batch)[0].length)).toEqual([2, 4, 5, 5, 5, 5]);
    expect(carried.map(({ carriedSteps }) => carriedSteps)).toEqual([0, 1, 2, 2, 1, 5]);
    expect(carried.map(({ carry }) => carry)).toEqual([false, false, true, true, true, true]);
    const fresh = batchesOf(splitOf([], stream), { ...options, batch: 8, carryState: false });
    const [batch] = fresh;
    expect([...batch.lengths]).toEqual([5, 5, 5, 5, 4, 2]);
    expect(weightOf(batch)).toBe(11);
  });

  it("continues after a pause with the same batches", () => {
    const split = splitOf([9, 9]);
    const options = { batch: 2, bptt: 5, updateEverySteps: 2, carryState: true };
    const batcher = createBatcher(split, options);
    batcher.startEpoch();
    batcher.next();
    const position = batcher.position();
    const after = [structuredClone(batcher.next()), structuredClone(batcher.next())];
    const resumed = createBatcher(split, options);
    resumed.seek(position);
    const again = [structuredClone(resumed.next()), structuredClone(resumed.next())];
    expect(again).toEqual(after);
  });
});

describe("a state kept in the middle of a batch", () => {
  it("must lie within it", () => {
    const model = modelOf(cells[0], implementations[0].kernels);
    const [batch] = batchesOf(splitOf([4]), {});
    const pass = createPass(model, { steps: 4, batch: 1 });
    restoreCarriedState(pass, new Map());
    expect(() => forward(pass, { ...batch, carriedSteps: 5 })).toThrow("after 5 of 4 steps");
  });
});
