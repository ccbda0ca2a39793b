/**
 * One of the threads that share a training's batches. It makes its shard where the first thread laid it out, and then
 * does command after command; it has no event loop to speak of.
 */
import { workerData } from "node:worker_threads";
import { simdKernelsAt } from "../engine/kernels/simd.ts";
import { awaitTurn, readCommand, reportDone, writeFailure } from "../engine/parallel/board.ts";
import { createCommons, createShard } from "../engine/parallel/shard.ts";
import { createWatch } from "../engine/parallel/watch.ts";
import { doWork } from "../engine/parallel/shardWork.ts";
import type { ShardStart } from "../jobs/team.ts";

const { program, plan, index, places } = workerData as ShardStart;
const kernels = simdKernelsAt(program, [...places]);
const shard = createShard(kernels, createCommons(kernels, plan), plan, index);
const { board } = shard.commons;

const watch = createWatch(() => performance.now());
let seen = 0;
for (;;) {
  seen = awaitTurn(board, watch, seen);
  if (readCommand(board).command === "end") break;
  try {
    doWork(shard);
  } catch (error) {
    writeFailure(board, index, error instanceof Error ? error.message : String(error));
  }
  reportDone(board);
}
