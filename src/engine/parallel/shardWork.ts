/** What a thread does at each command. All threads do the same, the first one too. */
import { backward, forward, forwardPrepared, prepareWeights, zeroGradients } from "../bptt.ts";
import { partOf } from "../optimizers/optimizer.ts";
import { createRandom } from "../rng.ts";
import type { Batch } from "../../trace/batch.ts";
import { readCommand } from "./board.ts";
import { batchIn, sequenceCount, takeShare, type BatchBuffers } from "./inbox.ts";
import {
  factorOf,
  nothing,
  readBatchOrders,
  readResult,
  readShardOrders,
  writeResult,
} from "./orders.ts";
import type { Shard, ShardPass } from "./shard.ts";

/** Does this thread's part of the command on the board. */
export function doWork(shard: Shard): void {
  const { commons, index, plan } = shard;
  const { command, flag, learningRate, step } = readCommand(commons.board);
  switch (command) {
    case "train":
      return train(shard);
    case "gather":
      return gather(shard, flag);
    case "step":
      return commons.optimizer.apply({ learningRate, step }, index, plan.threads);
    case "evaluate":
      return evaluate(shard, flag);
    case "end":
      return;
  }
}

/** Forward, and backward where there is a target, with dL/d parameters of the mean over this thread's sequences. */
function train(shard: Shard): void {
  const { model, training, commons, index, random } = shard;
  const batch = takeBatch(shard, training, commons.trainingInbox);
  if (!batch) return writeResult(commons.orders, index, nothing);
  const { pass } = training;
  const { seed, carriedBatch } = readShardOrders(commons.orders, index);
  random.restore(createRandom(seed).state());
  pass.current.carriedBatch = carriedBatch;
  const result = forward(pass, batch);
  if (batch.target && Number.isFinite(result.loss)) {
    zeroGradients(model);
    backward(pass);
  }
  writeResult(commons.orders, index, { ...nothing, ...result });
}

/** This thread's sequences of the batch in the inbox; undefined where there are none for it. */
function takeBatch(
  { commons, index, plan: { threads }, model: { kernels } }: Shard,
  { batch: own }: ShardPass,
  inbox: BatchBuffers,
): Batch | undefined {
  const orders = readBatchOrders(commons.orders);
  const size = sequenceCount(orders.size, index, threads);
  if (size === 0) return undefined;
  takeShare(own, inbox, orders, { index, threads }, kernels);
  return batchIn(own, orders, size);
}

/**
 * Adds up this thread's part of all gradients, each times its factor, always in the order of the threads: the same
 * number of threads gives the same bits.
 */
function gather({ plan, commons, index, model: { kernels } }: Shard, accumulate: boolean): void {
  const { orders, model, gradients } = commons;
  let squares = 0;
  for (const [number, { gradient: total }] of model.parameters.entries()) {
    const [from, to] = partOf(total.length, index, plan.threads);
    let adds = accumulate;
    for (let thread = 0; thread < plan.threads; thread++) {
      const factor = factorOf(orders, thread);
      // A thread without sequences has left its gradient as it was.
      if (factor === 0) continue;
      kernels.addScaled(total, gradients[thread][number], factor, from, to, adds);
      adds = true;
    }
    if (!adds) total.fill(0, from, to);
    squares += kernels.sumOfSquares(total, from, to);
  }
  writeResult(orders, index, { ...readResult(orders, index), squares });
}

function evaluate(shard: Shard, isFirst: boolean): void {
  const { evaluation, commons, index } = shard;
  const { evaluationInbox, orders } = commons;
  if (!evaluation || !evaluationInbox) throw new Error("This training evaluates nothing.");
  const { pass } = evaluation;
  if (isFirst) prepareWeights(pass);
  const batch = takeBatch(shard, evaluation, evaluationInbox);
  const result = batch ? forwardPrepared(pass, batch) : nothing;
  writeResult(orders, index, { ...nothing, ...result });
}
