/** Measures training: real updates of a `Workload`, through the same engine and the same updater as any training. */
import type { TrainingConfig } from "../config/schema.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { Model } from "../engine/model.ts";
import { createRandom, resumableRandom } from "../engine/rng.ts";
import { batchOf, operationsOf, planOf, type Workload } from "./benchmarkWorkload.ts";
import { makeTrainer, threadsFor, type ThreadOptions } from "./makeTrainer.ts";
import { createUpdater } from "./trainingUpdate.ts";

export interface Measurement {
  readonly threads: number;
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

export interface BenchmarkOptions extends ThreadOptions {
  readonly threads: TrainingConfig["threads"];
}

interface BenchmarkTrainer {
  readonly threads: number;
  readonly model: Model;
  /** One update; answers the loss before it. */
  update(): Promise<number>;
  /** The loss of the batch, forward only. */
  evaluate(): Promise<number>;
  end(): Promise<void>;
}

export function createBenchmarkTrainer(
  workload: Workload,
  kernels: Kernels,
  options: BenchmarkOptions,
): BenchmarkTrainer {
  const { spec, training } = planOf(workload);
  const random = createRandom(training.seed);
  const noise = createRandom(training.seed);
  const plan = {
    spec,
    optimizer: training.optimizer,
    averageDecay: undefined,
    trained: { steps: workload.steps, batch: workload.batch },
    evaluated: { steps: workload.steps, batch: workload.batch },
  };
  const threads = threadsFor(options.threads, plan, kernels, options);
  const trainer = makeTrainer(plan, threads, kernels, { random, noise }, options);
  const batch = batchOf(workload, random);
  const updater = createUpdater({
    config: { training },
    trainer,
    noise: resumableRandom(noise),
    progress: { epoch: 0, update: 0 },
    updates: Infinity,
  });
  return {
    threads: trainer.threads,
    model: trainer.model,
    async update() {
      const { measured, overflow } = await updater.train(batch);
      if (!measured) throw new Error(overflow ?? "No update was made.");
      return measured.loss;
    },
    evaluate: async () => (await trainer.evaluate(batch, true)).loss,
    end: () => trainer.end(),
  };
}

export async function measureTraining(
  workload: Workload,
  kernels: Kernels,
  { seconds, ...options }: BenchmarkOptions & { readonly seconds: number },
): Promise<Measurement> {
  const trainer = createBenchmarkTrainer(workload, kernels, options);
  try {
    return { threads: trainer.threads, ...(await measure(trainer, workload, seconds)) };
  } finally {
    await trainer.end();
  }
}

async function measure(
  trainer: BenchmarkTrainer,
  workload: Workload,
  seconds: number,
): Promise<Omit<Measurement, "threads">> {
  const firstLoss = await trainer.update();
  const warm = performance.now() + seconds * 1000 * warmUpShare;
  do await trainer.update();
  while (performance.now() < warm);

  const times: number[] = [];
  let lastLoss = firstLoss;
  const begin = performance.now();
  const end = begin + seconds * 1000 * (1 - warmUpShare);
  let now = begin;
  while (now < end || times.length < leastUpdates) {
    lastLoss = await trainer.update();
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
    parameterCount: trainer.model.description.parameterCount,
    firstLoss,
    lastLoss,
  };
}
