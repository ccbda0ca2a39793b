/** Schedules, accumulated gradients, noise, dropout and averaged weights in a whole training, stopped and resumed. */
import { describe, expect, it } from "vitest";
import { train } from "../../../src/jobs/train.ts";
import { readCheckpoint } from "../../../src/runs/checkpoint.ts";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { experiment, remains, stopAfter } from "./trainingFixture.ts";

const dropping = [
  { cell: "lstm", hidden: 4, dropout: 0.4 },
  { cell: "gru", hidden: 4, dropout: 0.3, variational: true, residual: true },
];

const options: Readonly<Record<string, Record<string, unknown>>> = {
  "a plateau": {
    schedule: { kind: "plateau", patience: 0, minimumImprovement: 0.05, warmupUpdates: 3 },
    validation: { share: 0.2, everyUpdates: 2 },
  },
  "a cosine": { schedule: { kind: "cosine", warmupUpdates: 2 } },
  "accumulated gradients": { accumulate: 3 },
  noise: { gradientNoise: { scale: 0.3 } },
  "averaged weights": { averageWeights: { decay: 0.8 } },
  dropout: {},
  everything: {
    schedule: { kind: "exponential", factor: 0.7, warmupUpdates: 4 },
    accumulate: 2,
    gradientNoise: {},
    averageWeights: { decay: 0.9 },
    clip: { parameterNorm: 0.1, norm: 0.2 },
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  },
};

describe("stopping and resuming is the same, bit for bit, as running through", () => {
  for (const [title, training] of Object.entries(options)) {
    for (const kind of ["text, state carried", "labelled text"] as const) {
      it(`with ${title}: ${kind}`, async () => {
        const request = await experiment(kind, {
          model: title === "dropout" ? { layers: dropping } : {},
          training: { bptt: 5, ...training },
        });
        const through = await remains((await train(request)).runFolder);
        let result = await train(request, stopAfter(1));
        for (let round = 1; result.state === "stopped"; round++) {
          result = await train({ ...request, resume: result }, stopAfter(4 + (round % 9)));
        }
        expect(await remains(result.runFolder)).toEqual(through);
      });
    }
  }
});

const finalWeights = async (training: Record<string, unknown>) => {
  const { runFolder } = await train(await experiment("adding problem", { training }));
  return (await readCheckpoint(runFolder, "last")).parameters;
};

const distance = (found: ArrayLike<number> | undefined, wanted: ArrayLike<number>): number =>
  Math.max(...Array.from(wanted, (value, k) => Math.abs(value - (found?.[k] ?? Infinity))));

describe("accumulated gradients", () => {
  it("make the update of one batch of all of them, also where an epoch leaves fewer", async () => {
    // 40 examples: 12, 12, 12 and 4 of them at a time, either way; then 32 and 8.
    const training = { epochs: 2, optimizer: { kind: "sgd", momentum: 0.5 }, clip: {} };
    const whole = await finalWeights({ ...training, batch: 12 });
    const parts = await finalWeights({ ...training, batch: 4, accumulate: 3 });
    const uneven = await finalWeights({ ...training, batch: 8, accumulate: 4 });
    const unevenWhole = await finalWeights({ ...training, batch: 32 });
    for (const [name, { data }] of whole) {
      expect(distance(parts.get(name)?.data, data), name).toBeLessThan(1e-6);
      expect(
        distance(uneven.get(name)?.data, unevenWhole.get(name)?.data ?? []),
        name,
      ).toBeLessThan(1e-6);
    }
  });

  it("plan as many updates as they make", async () => {
    const request = await experiment("adding problem", { training: { batch: 8, accumulate: 4 } });
    const result = await train(request);
    const { rows } = await readMetrics(result.runFolder);
    expect(result.updates).toBe(6);
    expect(
      rows.flatMap(({ trainLoss, update }) => (trainLoss === undefined ? [] : update)),
    ).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("what a training measures", () => {
  it("has the scheduled learning rate and the share of clipped updates in every row", async () => {
    const request = await experiment("adding problem", {
      training: {
        epochs: 4,
        batch: 20,
        clip: { norm: 1e-4 },
        optimizer: { kind: "adam", learningRate: 0.1 },
        schedule: { kind: "step", everyEpochs: 2, factor: 0.5, warmupUpdates: 2 },
      },
    });
    const { runFolder } = await train(request);
    const { rows } = await readMetrics(runFolder);
    const rates = rows.flatMap(({ learningRate }) => learningRate ?? []);
    expect(rates).toEqual([0.05, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]);
    expect(rows.flatMap(({ clippedShare }) => clippedShare ?? [])).toEqual(rates.map(() => 1));
  });

  it("is the loss of the averaged weights, which are also the best ones that are kept", async () => {
    const training = { epochs: 2, averageWeights: { decay: 0.9 } };
    const { runFolder } = await train(await experiment("adding problem", { training }));
    const [last, best] = [
      await readCheckpoint(runFolder, "last"),
      await readCheckpoint(runFolder, "best"),
    ];
    const plain = await finalWeights({ epochs: 2 });
    expect(best.update).toBe(last.update);
    for (const [name, { data }] of last.parameters) {
      expect(data, name).toEqual(plain.get(name)?.data);
      expect(best.parameters.get(name)?.data, name).toEqual(last.optimizer.get(`average.${name}`));
      expect(best.parameters.get(name)?.data, name).not.toEqual(data);
    }
  });
});
