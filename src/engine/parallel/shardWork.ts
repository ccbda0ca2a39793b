/** What a thread does at each command. All threads do the same, the first one too. */
import { backward, forward, forwardPrepared, prepareWeights, zeroGradients } from "../bptt.ts";
import { partOf } from "../optimizers/optimizer.ts";
import { createRandom } from "../rng.ts";
import { factorOf, readCommand, readOrders, readResult, writeResult } from "./board.ts";
import type { Shard } from "./shard.ts";
import { batchIn } from "./shardBatch.ts";

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
function train({ model, training, commons, index, random }: Shard): void {
  const { board } = commons;
  const orders = readOrders(board, index);
  const nothing = { loss: 0, weight: 0, correct: 0, counted: 0, squares: 0 };
  if (orders.size === 0) return writeResult(board, index, nothing);
  const { pass, batch } = training;
  random.restore(createRandom(orders.seed).state());
  pass.current.carriedBatch = orders.carriedBatch;
  const result = forward(pass, batchIn(batch, orders));
  if (orders.hasTarget && Number.isFinite(result.loss)) {
    zeroGradients(model);
    backward(pass);
  }
  writeResult(board, index, { ...nothing, ...result });
}

/**
 * Adds up this thread's part of all gradients, each times its factor, always in the order of the threads: the same
 * number of threads gives the same bits.
 */
function gather({ plan, commons, index, model: { kernels } }: Shard, accumulate: boolean): void {
  const { board, model, gradients } = commons;
  let squares = 0;
  for (const [number, { gradient: total }] of model.parameters.entries()) {
    const [from, to] = partOf(total.length, index, plan.threads);
    let adds = accumulate;
    for (let thread = 0; thread < plan.threads; thread++) {
      const factor = factorOf(board, thread);
      // A thread without sequences has left its gradient as it was.
      if (factor === 0) continue;
      kernels.addScaled(total, gradients[thread][number], factor, from, to, adds);
      adds = true;
    }
    if (!adds) total.fill(0, from, to);
    squares += kernels.sumOfSquares(total, from, to);
  }
  writeResult(board, index, { ...readResult(board, index), squares });
}

function evaluate({ evaluation, commons, index }: Shard, isFirst: boolean): void {
  const { board } = commons;
  const orders = readOrders(board, index);
  const nothing = { loss: 0, weight: 0, correct: 0, counted: 0, squares: 0 };
  if (!evaluation) throw new Error("This training evaluates nothing.");
  const { pass, batch } = evaluation;
  if (isFirst) prepareWeights(pass);
  if (orders.size === 0) return writeResult(board, index, nothing);
  writeResult(board, index, { ...nothing, ...forwardPrepared(pass, batchIn(batch, orders)) });
}
