/**
 * What one thread of a training works with. Every thread computes some sequences of each batch with gradients of its own;
 * then each adds up a part of all gradients, and updates that part of the parameters.
 *
 * The first thread makes the shards of all threads, and each other thread makes its own again at the same places in the
 * shared memory (`KernelSharing`), so that both hold the same buffers.
 */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { Real } from "../../trace/trace.ts";
import { createAveragedModel, type AveragedModel } from "../averagedModel.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { layOutModel, type Model, type ModelSpec } from "../model.ts";
import { createOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import { createPass, type Capacity, type Pass } from "../pass.ts";
import { createRandom, resumableRandom, type ResumableRandom } from "../rng.ts";
import { createBoard, type Board } from "./board.ts";
import { createBatchBuffers, type BatchBuffers } from "./inbox.ts";
import { createOrderBook, type OrderBook } from "./orders.ts";

/** Plain data, for sending to a thread. */
export interface TeamPlan {
  readonly threads: number;
  readonly spec: ModelSpec;
  readonly optimizer: OptimizerConfig;
  /** Of the average of the weights, where there is one; it is what gets evaluated. */
  readonly averageDecay: number | undefined;
  /** Largest batch that is trained, and that is evaluated. */
  readonly trained: Capacity;
  readonly evaluated: Capacity | undefined;
}

/** What all threads share. */
export interface Commons {
  /** Its gradients are the sum of all threads'. */
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly averaged: AveragedModel | undefined;
  readonly board: Board;
  readonly orders: OrderBook;
  /** Where the first thread puts a batch for all to take their sequences from. */
  readonly trainingInbox: BatchBuffers;
  readonly evaluationInbox: BatchBuffers | undefined;
  /** Per thread and parameter. */
  readonly gradients: readonly (readonly Real[])[];
}

export interface Shard {
  readonly plan: TeamPlan;
  readonly commons: Commons;
  readonly index: number;
  /** The model with this thread's own gradients. */
  readonly model: Model;
  readonly training: ShardPass;
  readonly evaluation: ShardPass | undefined;
  /** Draws the masks of dropout; seeded anew for each batch. */
  readonly random: ResumableRandom;
}

export interface ShardPass {
  readonly pass: Pass;
  readonly batch: BatchBuffers;
}

export function createCommons(kernels: Kernels, plan: TeamPlan): Commons {
  const model = layOutModel(plan.spec, kernels);
  const { averageDecay, threads, spec, trained, evaluated } = plan;
  return {
    model,
    optimizer: createOptimizer(plan.optimizer, model.parameters, kernels),
    averaged: averageDecay === undefined ? undefined : createAveragedModel(model, averageDecay),
    board: createBoard(kernels),
    orders: createOrderBook(kernels, threads),
    trainingInbox: createBatchBuffers(kernels, spec, trained),
    evaluationInbox: evaluated && createBatchBuffers(kernels, spec, evaluated),
    gradients: Array.from({ length: threads }, () =>
      model.parameters.map(({ value }) => kernels.allocate(value.length)),
    ),
  };
}

export function createShard(
  kernels: Kernels,
  commons: Commons,
  plan: TeamPlan,
  index: number,
): Shard {
  const { spec, trained, evaluated, threads } = plan;
  const gradients = commons.gradients[index];
  const model: Model = {
    ...commons.model,
    kernels,
    parameters: commons.model.parameters.map((parameter, number) => ({
      ...parameter,
      gradient: gradients[number],
    })),
  };
  const random = resumableRandom(createRandom(0));
  const share = (capacity: Capacity): Capacity => ({
    ...capacity,
    batch: Math.ceil(capacity.batch / threads),
  });
  const shardPass = (of: Model, capacity: Capacity, drops: boolean): ShardPass => ({
    pass: createPass(of, capacity, drops ? { dropout: random } : {}),
    batch: createBatchBuffers(kernels, spec, capacity),
  });
  const watched = commons.averaged ? { ...commons.averaged.model, kernels } : model;
  return {
    plan,
    commons,
    index,
    model,
    training: shardPass(model, share(trained), true),
    evaluation: evaluated && shardPass(watched, share(evaluated), false),
    random,
  };
}
