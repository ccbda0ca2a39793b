/**
 * Threads that do the same work on different shares of it, in one memory. This thread leads: it hands out a command,
 * does the first share itself, and waits for the others.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { UserError } from "../config/problem.ts";
import type { KernelSharing } from "../engine/kernels/kernels.ts";
import {
  announce,
  awaitDone,
  readFailure,
  tellRoom,
  type Command,
  type Orders,
} from "../engine/parallel/board.ts";
import type { Shard, TeamPlan } from "../engine/parallel/shard.ts";
import { createWatch } from "../engine/parallel/watch.ts";
import { doWork } from "../engine/parallel/shardWork.ts";

/** What a thread is started with (`workerData`); it makes its shard of it. */
export interface ShardStart {
  readonly program: KernelSharing["program"];
  readonly plan: TeamPlan;
  readonly index: number;
  readonly places: readonly number[];
}

export interface Team {
  /** Resolves, or returns when nobody had to be waited for long, when all threads have done the command. */
  do(command: Command, orders?: Partial<Orders>): void | Promise<void>;
  end(): Promise<void>;
}

/**
 * How long this thread may hold its breath for the others. After that it lets its event loop run between two looks: only
 * then does it hear that a thread has died.
 */
const patienceMs = 100;
const noOrders: Orders = { flag: false, learningRate: 0, step: 0 };

/** `first` is this thread's shard; `starts` are those of the others, which run `script` from now on until `end`. */
export function createTeam(first: Shard, starts: readonly ShardStart[], script: URL): Team {
  const { board } = first.commons;
  let death: string | undefined;
  let ended = false;
  const watch = createWatch(() => performance.now());
  tellRoom(board, starts.length < availableParallelism());

  const start = (workerData: ShardStart): Worker => {
    const worker = new Worker(script, { workerData, name: `unroll shard ${workerData.index}` });
    // A training that is forgotten must not keep the process alive.
    worker.unref();
    worker.on("error", (error: Error) => (death ??= `crashed (${error.message})`));
    worker.on("exit", (code) => {
      if (!ended) death ??= `ended with code ${code}`;
    });
    return worker;
  };
  // At once: while they begin, there is a run to be written before the first batch.
  const workers = starts.map(start);
  const refuseFailure = (): void => {
    const failure = readFailure(board);
    if (failure !== undefined) throw new Error(failure);
  };
  const waitForLate = async (): Promise<void> => {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      if (death !== undefined) {
        throw new UserError("thread", `One of the threads that train ${death}.`, {
          advice: "Resume the run; if it happens again, train with training.threads of 1.",
        });
      }
    } while (!awaitDone(board, watch, starts.length, patienceMs));
    refuseFailure();
  };

  return {
    do(command, orders) {
      announce(board, command, { ...noOrders, ...orders });
      let failure: { readonly error: unknown } | undefined;
      try {
        doWork(first);
      } catch (error) {
        // The others are still at work in the same memory.
        failure = { error };
      }
      const onTime = awaitDone(board, watch, starts.length, patienceMs);
      if (onTime) {
        if (failure) throw failure.error;
        return refuseFailure();
      }
      return waitForLate().then(() => {
        if (failure) throw failure.error;
      });
    },
    async end() {
      ended = true;
      announce(board, "end", noOrders);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
