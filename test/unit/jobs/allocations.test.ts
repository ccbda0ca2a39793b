/**
 * After its first batches a training makes no arrays any more: network, loss, optimizer, measurements, what is kept for the case
 * that it breaks. Only what reads the examples (`src/data`) is left out here.
 */
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPauseGate } from "../../../src/jobs/pauseGate.ts";
import { train } from "../../../src/jobs/train.ts";
import { bundled } from "../worker/bundle.ts";
import { countArrays } from "./arrayCount.ts";
import { experiment, kinds, type ConfigChanges, type Kind } from "./trainingFixture.ts";

let shardScript: URL;
beforeAll(async () => {
  shardScript = pathToFileURL(await bundled("src/worker/shardMain.ts"));
});
const counter = countArrays();
afterAll(() => counter.restore());

/** The last eight batches are kept, of any length: after so many, there is room for all. */
const [firstCounted, lastCounted] = [100, 130];

/** Where arrays are made between two batches, over the ends of epochs. */
async function madeMeanwhile(kind: Kind, changes: ConfigChanges = {}) {
  const training = {
    epochs: 200,
    batch: 2,
    // Both are made of copies.
    validation: { share: 0.1, everyUpdates: 100_000 },
    checkpointEveryUpdates: 100_000,
    threads: 1,
    ...changes.training,
  };
  const request = await experiment(kind, { ...changes, training });
  const controller = new AbortController();
  let passed = 0;
  const pauseGate = {
    ...createPauseGate(),
    // Asked before every batch.
    get paused() {
      passed++;
      if (passed === firstCounted) counter.begin();
      if (passed === lastCounted) {
        counter.stop();
        controller.abort();
      }
      return false;
    },
  };
  await train({ ...request, shardScript }, { signal: controller.signal, pauseGate });
  counter.stop();
  expect(passed).toBeGreaterThanOrEqual(lastCounted);
  return [...counter.made].filter(([place]) => !place.startsWith("src/data/"));
}

describe("a training after its first batches", () => {
  it.each(Object.keys(kinds) as Kind[])("makes no arrays: %s", async (kind) => {
    expect(await madeMeanwhile(kind)).toEqual([]);
  });

  it.each([1, 2])(
    "makes none for whatever it may be asked to do, in threads: %i",
    async (threads) => {
      const layers = [
        { cell: "gru", hidden: 6, bidirectional: true, dropout: 0.3, layerNorm: true },
        { cell: "lstm", hidden: 12, residual: true, peepholes: true },
        { cell: "gru", hidden: 4, reset: "before", dropout: 0.1, variational: true },
      ];
      const training = {
        threads,
        accumulate: 2,
        averageWeights: { decay: 0.9 },
        gradientNoise: { scale: 0.01 },
        clip: { parameterNorm: 0.5, norm: 0.8, value: 0.3 },
        optimizer: { kind: "rmsprop", momentum: 0.5 },
      };
      const model = { layers, pooling: { kind: "attention", size: 3 } };
      expect(await madeMeanwhile("labelled text", { model, training })).toEqual([]);
    },
  );

  it.each([1, 2])("makes none where states are carried, in threads: %i", async (threads) => {
    expect(await madeMeanwhile("text, state carried", { training: { threads } })).toEqual([]);
  });

  it("makes none where states are computed again", async () => {
    const layers = [{ cell: "lstm", hidden: 4, dropout: 0.3 }];
    const changes = { model: { layers }, training: { recompute: true } };
    expect(await madeMeanwhile("adding problem", changes)).toEqual([]);
  });
});
