/**
 * Who computes losses and gradients of batches and applies them: one thread (`oneThread.ts`), or several that share each
 * batch (`team.ts`). Nothing else is asked of it before it has answered.
 */
import type { AveragedModel } from "../engine/averagedModel.ts";
import type { NonFinite } from "../engine/firstNonFinite.ts";
import type { LossResult } from "../engine/losses/loss.ts";
import type { Model } from "../engine/model.ts";
import type { Optimizer } from "../engine/optimizers/optimizer.ts";
import type { Batch } from "../trace/batch.ts";
import type { Rooms } from "../trace/rooms.ts";
import type { Real } from "../trace/trace.ts";

/** What takes no other thread is answered at once. */
type Soon<T> = T | Promise<T>;

/**
 * What the gradients of the parameters are after a batch: the gradient of its mean loss; the same times its weight;
 * or that added to what was there.
 */
export type Gathering = "mean" | "sum" | "add";

export interface TrainedBatch extends LossResult {
  /** Σ g² over all gradients as they are now, where it was found on the way. */
  readonly gradientSquares?: number;
}

export interface Trainer {
  readonly threads: number;
  readonly model: Model;
  readonly optimizer: Optimizer;
  /** The average of the weights, where there is one; it is what gets evaluated. */
  readonly averaged: AveragedModel | undefined;
  /** Gradients are only gathered from a loss that is finite, out of a batch with a target. */
  train(batch: Batch, gathering: Gathering): Soon<TrainedBatch>;
  /** Changes the parameters by the gradients that are there. */
  step(): Soon<void>;
  /** `isFirst` since the weights have changed. Training's own carried states stay. */
  evaluate(batch: Batch, isFirst: boolean): Soon<LossResult>;
  /** In the batch that was trained last. */
  firstNonFinite(): NonFinite | undefined;
  /** Copies of the states that the next batch may begin with, named as in a trace: (B,·) each; in `rooms`, over earlier ones. */
  carried(rooms?: Rooms): ReadonlyMap<string, Real>;
  restoreCarried(states: ReadonlyMap<string, Real>): void;
  /** Nothing is asked afterwards. */
  end(): Promise<void>;
}
