/** Measures training: real updates of a `Workload`, through the same engine and the same updater as any training. */
import { createPass } from "../engine/bptt.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { createModel } from "../engine/model.ts";
import { createOptimizer } from "../engine/optimizers/optimizer.ts";
import { createRandom, resumableRandom } from "../engine/rng.ts";
import { batchOf, operationsOf, planOf, type Workload } from "./benchmarkWorkload.ts";
import { createUpdater } from "./trainingUpdate.ts";

export interface Measurement {
  /** Time steps of all sequences that were trained on, by the clock. */
  readonly tokensPerSecond: number;
  /** Milliseconds of an update: the median, and where the middle half of them lies. */
  readonly stepMs: number;
  readonly stepMsQuartiles: readonly [number, number];
  /** Updates that were timed, after the warm-up. */
  readonly updates: number;
  /** Billions of floating-point operations per second in the products, at the median. */
  readonly gigaflops: number;
  readonly parameterCount: number;
  /** Before the first update and at the last one, on the one batch that is trained: it learns. */
  readonly firstLoss: number;
  readonly lastLoss: number;
}

/** Share of the time that goes into making the machine warm: V8 compiles what runs often, caches fill. */
const warmUpShare = 0.2;
const leastUpdates = 3;

export interface BenchmarkTrainer {
  readonly parameterCount: number;
  /** One update; answers the loss before it. */
  update(): number;
}

export function createBenchmarkTrainer(workload: Workload, kernels: Kernels): BenchmarkTrainer {
  const { spec, training } = planOf(workload);
  const random = createRandom(training.seed);
  const model = createModel(spec, { kernels, random });
  const batch = batchOf(workload, random);
  const updater = createUpdater({
    config: { training },
    pass: createPass(model, { steps: workload.steps, batch: workload.batch }),
    optimizer: createOptimizer(training.optimizer, model.parameters),
    averaged: undefined,
    noise: resumableRandom(random),
    progress: { epoch: 0, update: 0 },
    updates: Infinity,
  });
  return {
    parameterCount: model.description.parameterCount,
    update() {
      const { measured, overflow } = updater.train(batch);
      if (!measured) throw new Error(overflow ?? "No update was made.");
      return measured.loss;
    },
  };
}

export function measureTraining(
  workload: Workload,
  kernels: Kernels,
  seconds: number,
): Measurement {
  const trainer = createBenchmarkTrainer(workload, kernels);
  const firstLoss = trainer.update();
  const warm = performance.now() + seconds * 1000 * warmUpShare;
  do trainer.update();
  while (performance.now() < warm);

  const times: number[] = [];
  let lastLoss = firstLoss;
  const begin = performance.now();
  const end = begin + seconds * 1000 * (1 - warmUpShare);
  let now = begin;
  while (now < end || times.length < leastUpdates) {
    lastLoss = trainer.update();
    const then = now;
    now = performance.now();
    times.push(now - then);
  }
  times.sort((a, b) => a - b);
  const quantile = (share: number): number => times[Math.floor(share * (times.length - 1))];
  const stepMs = quantile(0.5);
  return {
    tokensPerSecond: (times.length * workload.batch * workload.steps) / ((now - begin) / 1000),
    stepMs,
    stepMsQuartiles: [quantile(0.25), quantile(0.75)],
    updates: times.length,
    gigaflops: operationsOf(workload) / stepMs / 1e6,
    parameterCount: trainer.parameterCount,
    firstLoss,
    lastLoss,
  };
}
