/** Chooses how many threads train, and makes the trainer. */
import { availableParallelism } from "node:os";
import type { TrainingConfig } from "../config/schema.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { describeModel } from "../engine/describeModel.ts";
import type { ModelSpec } from "../engine/model.ts";
import type { TeamPlan } from "../engine/parallel/shard.ts";
import type { Random } from "../engine/rng.ts";
import { trainInOneThread } from "./oneThread.ts";
import { trainInThreads } from "./severalThreads.ts";
import type { Trainer } from "./trainer.ts";

export interface ThreadOptions {
  /** The entry of a thread, `dist/shard.js`; without it one thread trains. */
  readonly shardScript?: URL;
}

/** What several threads cost at each batch, they have to win first: about half a millisecond of work for each. */
const operationsPerThread = 1e7;
/** `auto` stops here: each thread keeps gradients of its own. */
const mostThreads = 16;

/** `threads` is how many there have to be: a run goes on with as many as it began with. */
export function makeTrainer(
  plan: Omit<TeamPlan, "threads">,
  threads: number,
  kernels: Kernels,
  randoms: { readonly random: Random; readonly noise: Random },
  { shardScript }: ThreadOptions,
): Trainer {
  const { sharing } = kernels;
  return threads > 1 && sharing && shardScript
    ? trainInThreads({ ...plan, threads }, sharing, randoms, shardScript)
    : trainInOneThread(plan, kernels, randoms);
}

/** How many threads share a batch: what is wanted, as far as this machine, the batch and the network allow. */
export function threadsFor(
  wanted: TrainingConfig["threads"],
  { spec, trained }: Pick<TeamPlan, "spec" | "trained">,
  kernels: Kernels,
  { shardScript }: ThreadOptions,
): number {
  if (!kernels.sharing || !shardScript) return 1;
  if (wanted !== "auto") return Math.max(1, Math.min(wanted, trained.batch));
  const operations = 6 * weightsPerStep(spec) * trained.steps * trained.batch;
  const worthIt = Math.floor(operations / operationsPerThread);
  // With more than two, one is left for the editor.
  const processors = availableParallelism();
  const free = processors > 2 ? processors - 1 : processors;
  return Math.max(1, Math.min(free, mostThreads, trained.batch, worthIt));
}

/** Weights that take part in the products of one time step; those of one-hot tokens are looked up. */
function weightsPerStep(spec: ModelSpec): number {
  const { parameterCount, input, layers } = describeModel(spec);
  if (input.kind === "dense") return parameterCount;
  if (input.embedding !== undefined) return parameterCount - input.vocabulary * input.embedding;
  const gates = { rnn: 1, gru: 3, lstm: 4 }[layers[0].cell];
  return parameterCount - input.vocabulary * gates * layers[0].hidden * layers[0].directions.length;
}
