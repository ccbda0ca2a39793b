import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { threadsFor } from "../../../src/jobs/makeTrainer.ts";
import { train } from "../../../src/jobs/train.ts";
import { readCheckpoint } from "../../../src/runs/checkpoint.ts";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { bundled } from "../worker/bundle.ts";
import {
  experiment,
  kinds,
  remains,
  stopAfter,
  type ConfigChanges,
  type Kind,
} from "./trainingFixture.ts";

let shardScript: URL;
beforeAll(async () => {
  shardScript = pathToFileURL(await bundled("src/worker/shardMain.ts"));
});

const allKinds = Object.keys(kinds) as Kind[];

async function requestWith(kind: Kind, threads: number, changes: ConfigChanges = {}) {
  const training = { ...changes.training, threads };
  return { ...(await experiment(kind, { ...changes, training })), shardScript };
}

/** Each thread draws masks and a decoder's own answers for itself: only without them are sums the same. */
const withoutChance: Partial<Record<Kind, ConfigChanges>> = {
  pairs: {
    model: {
      decoder: {
        embedding: 3,
        layers: [{ cell: "lstm", hidden: 4 }],
        attention: { score: "additive", size: 3 },
      },
    },
    training: { scheduledSampling: undefined },
  },
};

const weightsOf = async (runFolder: string) =>
  [...(await readCheckpoint(runFolder, "last")).parameters.values()].flatMap(({ data }) => [
    ...data,
  ]);

describe("training in several threads", () => {
  it.each(allKinds)("leaves the same bits twice: %s", async (kind) => {
    const request = await requestWith(kind, 3);
    const [first, second] = [await train(request), await train(request)];
    expect(first).toMatchObject({ state: "finished" });
    expect(await remains(second.runFolder)).toEqual(await remains(first.runFolder));
  });

  it.each(allKinds)("goes on after a stop as if it had not been stopped: %s", async (kind) => {
    const request = await requestWith(kind, 2);
    const whole = await train(request);
    const stopped = await train(request, stopAfter(4));
    expect(stopped.state).toBe("stopped");
    const resumed = await train({ ...request, resume: stopped });
    expect(resumed.state).toBe("finished");
    const { files: _, ...expected } = await remains(whole.runFolder);
    expect(await remains(resumed.runFolder)).toMatchObject(expected);
  });

  it.each(allKinds)("computes what one thread computes, but for rounding: %s", async (kind) => {
    const [one, several] = await Promise.all(
      [1, 3].map(async (threads) => train(await requestWith(kind, threads, withoutChance[kind]))),
    );
    expect(several.trainLoss).toBeCloseTo(one.trainLoss ?? Number.NaN, 4);
    expect(several.validationLoss).toBeCloseTo(one.validationLoss ?? Number.NaN, 4);
    const [expected, found] = [await weightsOf(one.runFolder), await weightsOf(several.runFolder)];
    for (const [k, weight] of found.entries()) expect(weight).toBeCloseTo(expected[k], 2);
    const judged = await Promise.all(
      [one, several].map(async ({ runFolder }) =>
        (await readMetrics(runFolder)).rows.map(
          ({ validationAccuracy, validationExactMatch, validationLabelErrorRate }) => [
            validationAccuracy,
            validationExactMatch,
            validationLabelErrorRate,
          ],
        ),
      ),
    );
    expect(judged[1]).toEqual(judged[0]);
  });

  it("does all that a training may ask for, the same each time", async () => {
    const request = await requestWith("labelled text", 2, {
      model: {
        layers: [
          { cell: "gru", hidden: 6, bidirectional: true, dropout: 0.3 },
          { cell: "rnn", hidden: 4, dropout: 0.1 },
        ],
      },
      training: {
        accumulate: 2,
        averageWeights: { decay: 0.9 },
        gradientNoise: { scale: 0.01 },
        clip: { parameterNorm: 0.5, norm: 0.8, value: 0.3 },
        optimizer: { kind: "rmsprop", momentum: 0.5 },
      },
    });
    const whole = await train(request);
    expect(whole.state).toBe("finished");
    const stopped = await train(request, stopAfter(5));
    const resumed = await train({ ...request, resume: stopped });
    expect((await remains(resumed.runFolder)).last).toEqual((await remains(whole.runFolder)).last);
  });

  it("computes states again where they are not kept", async () => {
    const [kept, recomputed] = await Promise.all(
      [false, true].map(async (recompute) =>
        train(await requestWith("adding problem", 2, { training: { recompute } })),
      ),
    );
    expect(recomputed.state).toBe("finished");
    const expected = await weightsOf(kept.runFolder);
    for (const [k, weight] of (await weightsOf(recomputed.runFolder)).entries()) {
      expect(weight).toBeCloseTo(expected[k], 5);
    }
  });

  it("drops the same units again where states are computed again, and goes on bit for bit", async () => {
    const layers = [
      { cell: "lstm", hidden: 4, dropout: 0.3 },
      { cell: "gru", hidden: 3, dropout: 0.2, variational: true },
    ];
    const request = await requestWith("adding problem", 2, {
      model: { layers },
      training: { recompute: true },
    });
    const whole = await train(request);
    expect(whole.state).toBe("finished");
    const stopped = await train(request, stopAfter(5));
    const resumed = await train({ ...request, resume: stopped });
    expect((await remains(resumed.runFolder)).last).toEqual((await remains(whole.runFolder)).last);
  });

  it("says where numbers left the finite ones, in whichever thread that was", async () => {
    const request = await requestWith("adding problem", 3, {
      model: { layers: [{ cell: "rnn", hidden: 6, nonlinearity: "relu" }] },
      training: { clip: {}, optimizer: { kind: "sgd", learningRate: 1e12 } },
    });
    const { state, failure } = await train(request);
    expect(state).toBe("failed");
    expect(failure).toMatch(/became (NaN|infinite); it began in .* at time step \d+, unit \d+/);
  });

  it.each([
    ["crashes", "throw new Error('boom')", /threads that train crashed \(boom\)/],
    ["ends", "process.exit(3)", /threads that train ended with code 3/],
  ])("fails with what is kept when a thread %s", async (_, code, message) => {
    const request = await requestWith("adding problem", 2);
    const dying = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const result = await train({ ...request, shardScript: dying });
    expect(result.state).toBe("failed");
    expect(result.failure).toMatch(message);
    expect(result.failure).toContain("The checkpoint of update 0 is kept.");
    const resumed = await train({ ...request, resume: result });
    expect(resumed.state).toBe("finished");
  });

  it("goes on with as many threads as it began with", async () => {
    const request = await requestWith("adding problem", 3);
    const stopped = await train(request, stopAfter(3));
    const text = request.text.replace('"threads":3', '"threads":1');
    const resumed = await train({ ...request, text, resume: stopped });
    expect((await readCheckpoint(resumed.runFolder, "last")).training?.threads).toBe(3);
  });
});

const plan = (hidden: number, batch: number) => ({
  spec: {
    input: { kind: "dense", size: 64 },
    layers: [{ cell: "lstm", hidden }],
    initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
    output: { size: 64, at: "each-step" },
    loss: "cross-entropy",
  } as const,
  trained: { steps: 64, batch },
});

const count = (wanted: number | "auto", hidden: number, batch: number, kernels: Kernels) =>
  threadsFor(wanted, plan(hidden, batch), kernels, { shardScript });

describe("how many threads train", () => {
  it("is what the config says, but no more than there are sequences", () => {
    const kernels = createKernels();
    expect(count(3, 8, 32, kernels)).toBe(3);
    expect(count(3, 8, 2, kernels)).toBe(2);
  });

  it("is one for a network too small to share, without being asked", () => {
    expect(count("auto", 8, 4, createKernels())).toBe(1);
  });

  it("is one where memory cannot be shared", () => {
    expect(count(4, 512, 64, referenceKernels("float32"))).toBe(1);
    expect(threadsFor(4, plan(512, 64), createKernels(), {})).toBe(1);
  });
});
