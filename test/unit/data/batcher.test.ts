import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBatcher, type Batcher, type BatcherOptions } from "../../../src/data/batcher.ts";
import { createUniform } from "../../../src/data/randomness.ts";
import type { Example, Layout, Split } from "../../../src/data/split.ts";
import { rowOf } from "../../../src/data/tokenRow.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { load, tokensIn, tokensOf, valuesOf } from "./builders.ts";

/** A text whose token at each position is that position, so that every token says where it came from. */
const streamOf = (length: number): Split => ({
  ...examplesOf([]),
  layout: {
    input: { kind: "tokens", vocabulary: length },
    output: { kind: "classes", size: length, at: "each-step" },
  },
  stream: rowOf(Int32Array.from({ length }, (_, position) => position)),
  steps: Math.min(8, Math.max(0, length - 1)),
});

/** Example e has `lengths[e]` steps with the tokens 100·e + t. */
function examplesOf(lengths: readonly number[], at: Layout["output"]["at"] = "each-step"): Split {
  return {
    layout: {
      input: { kind: "tokens", vocabulary: 1e6 },
      output: { kind: "classes", size: 1e6, at },
    },
    sequenceCount: lengths.length,
    steps: Math.max(0, ...lengths),
    read(index): Example {
      const steps = lengths[index];
      const input = Int32Array.from({ length: steps }, (_, t) => 100 * index + t);
      const losses = at === "last-step" ? 1 : steps;
      return {
        steps,
        input,
        target: input.slice(-losses),
        weights: new Float32Array(losses).fill(1),
      };
    },
    describe: (index) => ({ title: String(index), detail: "" }),
    labels: () => [],
  };
}

function epochOf(batcher: Batcher): Batch[] {
  batcher.startEpoch();
  return rest(batcher);
}

function rest(batcher: Batcher): Batch[] {
  const batches: Batch[] = [];
  for (let batch = batcher.next(); batch; batch = batcher.next()) {
    // The next one is written over it.
    batches.push(structuredClone(batch));
  }
  return batches;
}

const flat = (batches: readonly Batch[]): number[] =>
  batches.flatMap((batch) => tokensOf(batch).flat());

const optionsOf = (more: Partial<BatcherOptions> = {}): BatcherOptions => ({
  batch: 4,
  bptt: "full",
  carryState: true,
  ...more,
});

/** Any split and any options. */
const anything = fc.record({
  split: fc.oneof(
    fc.integer({ min: 0, max: 90 }).map(streamOf),
    fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }),
        fc.constantFrom("each-step" as const, "last-step" as const),
      )
      .map(([lengths, at]) => examplesOf(lengths, at)),
  ),
  batch: fc.integer({ min: 1, max: 9 }),
  bptt: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant("full" as const)),
  carryState: fc.boolean(),
  seed: fc.option(fc.integer()),
});
const batcherOf = ({
  split,
  seed,
  ...options
}: { split: Split; seed: number | null } & Omit<BatcherOptions, "uniform">): Batcher =>
  createBatcher(split, { ...options, ...(seed === null ? {} : { uniform: createUniform(seed) }) });

function memoryOf(batch: Batch | undefined): readonly ArrayBufferLike[] {
  const { input, target, weights, lengths } = batch ?? {};
  const parts = [input, target, { weights, lengths }];
  return parts
    .flatMap((part) => Object.values(part ?? {}))
    .filter((part) => ArrayBuffer.isView(part))
    .map(({ buffer }) => buffer);
}

describe("batches", () => {
  it("lie in the same memory from the first one on", () => {
    const splits = [streamOf(200), examplesOf([6, 6, 6, 6, 6, 6, 6, 6], "each-step")];
    for (const split of splits) {
      for (const carryState of [true, false]) {
        const batcher = createBatcher(split, optionsOf({ bptt: 6, carryState }));
        batcher.startEpoch();
        const first = memoryOf(batcher.next());
        expect(first).toHaveLength(4);
        const later = memoryOf(batcher.next());
        for (const [part, buffer] of later.entries()) expect(buffer).toBe(first[part]);
        batcher.startEpoch();
        const nextEpoch = memoryOf(batcher.next());
        for (const [part, buffer] of nextEpoch.entries()) expect(buffer).toBe(first[part]);
      }
    }
  });

  it("cover every token exactly once in an epoch, but for the last of a text, which is only predicted", () => {
    fc.assert(
      fc.property(anything, (case_) => {
        // A window of a long example may be left out when it leads to no loss.
        fc.pre(case_.carryState || case_.split.layout.output.at === "each-step");
        const batches = epochOf(batcherOf(case_));
        const { stream, sequenceCount } = case_.split;
        const expected = stream
          ? tokensIn(stream).slice(0, -1)
          : Array.from({ length: sequenceCount }, (_, index) => [
              ...case_.split.read(index).input,
            ]).flat();
        expect(flat(batches).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
      }),
    );
  });

  it("take every loss exactly once, with its own target", () => {
    fc.assert(
      fc.property(anything, (case_) => {
        const { split } = case_;
        const taken: number[] = [];
        for (const batch of epochOf(batcherOf(case_))) {
          const { target, weights, size } = batch;
          if (!target || !weights) continue;
          if (target.kind !== "classes") throw new Error("not classes");
          const read = tokensOf(batch);
          weights.forEach((weight, at) => {
            if (weight === 0) return;
            taken.push(target.classes[at]);
            const b = at % size;
            const input =
              split.layout.output.at === "last-step"
                ? read[b].at(-1)
                : read[b][Math.floor(at / size)];
            expect(target.classes[at]).toBe(split.stream ? (input ?? NaN) + 1 : input);
          });
        }
        const expected = split.stream
          ? tokensIn(split.stream).slice(1)
          : Array.from({ length: split.sequenceCount }, (_, index) => [
              ...split.read(index).target,
            ]).flat();
        expect(taken.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
      }),
    );
  });

  it("stay within what `largest` says, and count as many updates as `updatesPerEpoch` says", () => {
    fc.assert(
      fc.property(anything, (case_) => {
        const batcher = batcherOf({ ...case_, seed: null });
        const batches = epochOf(batcher);
        for (const batch of batches) {
          expect(batch.steps).toBeLessThanOrEqual(batcher.largest.steps);
          expect(batch.size).toBeLessThanOrEqual(batcher.largest.batch);
          expect(batch.steps).toBe(Math.max(...batch.lengths));
          expect(batch.steps).toBeGreaterThan(0);
        }
        expect(batches.filter(({ target }) => target)).toHaveLength(batcher.updatesPerEpoch);
      }),
    );
  });

  it("begin every epoch from a state of zero, and carry it only when asked to", () => {
    fc.assert(
      fc.property(anything, (case_) => {
        const batches = epochOf(batcherOf(case_));
        if (batches.length > 0) expect(batches[0].carry).toBe(false);
        if (!case_.carryState) expect(batches.some(({ carry }) => carry)).toBe(false);
      }),
    );
  });

  it("carry a state only to the token that follows in the same sequence", () => {
    fc.assert(
      fc.property(anything, (case_) => {
        let last: (number | undefined)[] = [];
        for (const batch of epochOf(batcherOf(case_))) {
          const read = tokensOf(batch);
          if (batch.carry) {
            expect(batch.size).toBe(last.length);
            read.forEach((tokens, b) => {
              if (tokens.length > 0) expect(tokens[0]).toBe((last[b] ?? NaN) + 1);
            });
          }
          last = read.map((tokens, b) => tokens.at(-1) ?? (batch.carry ? last[b] : undefined));
        }
      }),
    );
  });

  it("go on from any position exactly as they would have, in a new batcher", () => {
    fc.assert(
      fc.property(anything, fc.nat(30), (case_, taken) => {
        const first = batcherOf(case_);
        first.startEpoch();
        for (let count = 0; count < taken; count++) first.next();
        const position = JSON.parse(JSON.stringify(first.position()));
        // Another generator: what comes next is in the position.
        const second = batcherOf({ ...case_, seed: case_.seed === null ? null : 12345 });
        second.startEpoch();
        second.next();
        second.seek(position);
        expect(second.position()).toEqual(position);
        expect(rest(second)).toEqual(rest(first));
      }),
    );
  });

  it("are the same for the same seed, and shuffled anew in every epoch", () => {
    const split = examplesOf(Array.from({ length: 40 }, () => 3));
    const epochs = (seed: number): number[][] => {
      const batcher = createBatcher(split, optionsOf({ uniform: createUniform(seed) }));
      return [flat(epochOf(batcher)), flat(epochOf(batcher))];
    };
    const [one, two] = epochs(7);
    expect(epochs(7)).toEqual([one, two]);
    expect(one).not.toEqual(two);
    expect(epochs(8)[0]).not.toEqual(one);
    const inOrder = createBatcher(split, optionsOf());
    expect(flat(epochOf(inOrder))).toEqual(flat(epochOf(inOrder)));
    expect(tokensOf(epochOf(inOrder)[1])[0]).toEqual([400, 401, 402]);
  });

  it("cannot come before an epoch has begun, nor from a position that is none", () => {
    for (const split of [streamOf(20), examplesOf([3, 4])]) {
      const batcher = createBatcher(split, optionsOf({ bptt: 2 }));
      expect(() => batcher.next()).toThrow("startEpoch");
      for (const wrong of [
        "x",
        -1,
        1000,
        { group: 99, from: 0, shuffleSeed: null },
        { group: 0.5, from: 0, shuffleSeed: null },
      ]) {
        expect(() => batcher.seek(wrong), JSON.stringify(wrong)).toThrow("is no position");
      }
    }
  });
});

describe("batches of a text", () => {
  it("read B stretches of it side by side, each going on where it was", () => {
    const batches = epochOf(createBatcher(streamOf(13), optionsOf({ batch: 2, bptt: 4 })));
    expect(batches.map(tokensOf)).toEqual([
      [
        [0, 1, 2, 3],
        [6, 7, 8, 9],
      ],
      [
        [4, 5],
        [10, 11],
      ],
    ]);
    expect(batches.map(({ carry }) => carry)).toEqual([false, true]);
    const [{ input, target }] = batches;
    expect(input).toEqual({ kind: "tokens", tokens: Int32Array.of(0, 6, 1, 7, 2, 8, 3, 9) });
    expect(target).toEqual({ kind: "classes", classes: Int32Array.of(1, 7, 2, 8, 3, 9, 4, 10) });
  });

  it("are fewer side by side when the text is short, and shorter when bptt is longer than the text", () => {
    expect(createBatcher(streamOf(13), optionsOf({ batch: 32, bptt: 4 })).largest).toEqual({
      steps: 4,
      batch: 3,
    });
    expect(createBatcher(streamOf(13), optionsOf({ batch: 32, bptt: 1000 })).largest).toEqual({
      steps: 12,
      batch: 1,
    });
    expect(createBatcher(streamOf(2), optionsOf({ batch: 32, bptt: 1 })).largest).toEqual({
      steps: 1,
      batch: 1,
    });
  });

  it("are windows on their own, shuffled, when no state is carried", () => {
    const batches = epochOf(
      createBatcher(streamOf(11), optionsOf({ batch: 2, bptt: 4, carryState: false })),
    );
    expect(batches.map(tokensOf)).toEqual([
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
      [[8, 9]],
    ]);
    expect(batches.every(({ carry }) => !carry)).toBe(true);
  });
});

describe("batches of examples", () => {
  it("come longest first, and pad shorter ones with zeros that weigh nothing", () => {
    const [batch] = epochOf(createBatcher(examplesOf([1, 3]), optionsOf()));
    expect(batch).toMatchObject({ steps: 3, size: 2, lengths: Int32Array.of(3, 1) });
    expect(batch.input).toEqual({ kind: "tokens", tokens: Int32Array.of(100, 0, 101, 0, 102, 0) });
    expect(batch.weights).toEqual(Float32Array.of(1, 1, 1, 0, 1, 0));
  });

  it("have one target each when the loss is at the last step", () => {
    const [batch] = epochOf(createBatcher(examplesOf([1, 3], "last-step"), optionsOf()));
    expect(batch.target).toEqual({ kind: "classes", classes: Int32Array.of(102, 0) });
    expect(batch.weights).toEqual(Float32Array.of(1, 1));
  });

  it("are smaller than asked for when there are not enough", () => {
    const batcher = createBatcher(examplesOf([2, 2, 2]), optionsOf({ batch: 100 }));
    expect(batcher.largest).toEqual({ steps: 2, batch: 3 });
    expect(epochOf(batcher)).toHaveLength(1);
  });

  it("cut by bptt move the state on without a target until the loss comes", () => {
    const split = examplesOf([5, 2], "last-step");
    const batches = epochOf(createBatcher(split, optionsOf({ bptt: 2 })));
    expect(
      batches.map(({ lengths, carry, weights }) => ({
        lengths: [...lengths],
        carry,
        weights: weights && [...weights],
      })),
    ).toEqual([
      { lengths: [2, 2], carry: false, weights: [0, 1] },
      { lengths: [2, 0], carry: true, weights: undefined },
      { lengths: [1, 0], carry: true, weights: [1, 0] },
    ]);
    // Without a state to carry, the window in the middle would be computed for nothing.
    const apart = epochOf(createBatcher(split, optionsOf({ bptt: 2, carryState: false })));
    expect(apart.map(({ lengths }) => [...lengths])).toEqual([
      [2, 2],
      [1, 0],
    ]);
  });

  it("of numbers keep inputs and targets of a step together", async () => {
    const file = "a,b\n" + Array.from({ length: 7 }, (_, row) => `${row},${10 * row}`).join("\n");
    const table = {
      kind: "table",
      path: "t.csv",
      inputs: ["a", "b"],
      targets: ["b", "a"],
      window: 3,
      standardize: false,
    };
    const { training } = await load(table, { "t.csv": file }, { validation: { share: 0 } });
    const [batch] = epochOf(createBatcher(training, optionsOf({ batch: 2 })));
    expect(valuesOf(batch)).toEqual([
      [
        [0, 0],
        [1, 10],
        [2, 20],
      ],
      [
        [1, 10],
        [2, 20],
        [3, 30],
      ],
    ]);
    expect(batch.target).toEqual({
      kind: "values",
      values: Float32Array.of(10, 1, 20, 2, 20, 2, 30, 3, 30, 3, 40, 4),
    });
  });

  it("are none when there are no examples", () => {
    for (const split of [examplesOf([]), streamOf(0), streamOf(1)]) {
      const batcher = createBatcher(split, optionsOf());
      expect(batcher.updatesPerEpoch).toBe(0);
      expect(epochOf(batcher)).toEqual([]);
      expect(batcher.largest.batch).toBe(0);
    }
  });
});
