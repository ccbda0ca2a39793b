/**
 * Sequences → batches, in time-major layout, cut into windows of `bptt` steps, which overlap where an update comes more often.
 * Deterministic: what comes next follows from
 * the split, the options and `position()` alone.
 */
import type { Batch } from "../trace/batch.ts";
import { createExampleBatcher } from "./exampleBatcher.ts";
import type { Split } from "./split.ts";
import { createStreamBatcher, windowsOf } from "./streamBatcher.ts";
import { windowsFor } from "./windows.ts";

export interface BatcherOptions {
  readonly batch: number;
  readonly bptt: number | "full";
  /** Steps from one window's end to the next one's, at most `bptt`, which it is when absent. */
  readonly updateEverySteps?: number;
  /** Whether the state goes on from one window of a sequence to its next; without it each starts from zero. */
  readonly carryState: boolean;
  /** Shuffles examples, from one number for each epoch; absent: in order. */
  readonly uniform?: () => number;
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface Batcher {
  /**
   * The next batch, or undefined at the end of the epoch. A batch without `target` comes before one with: no loss is taken
   * in it, so that it only moves the state forward and counts as no update. It lies in the arrays of the one before.
   */
  next(): Batch | undefined;
  /** Begins at the first batch again, newly shuffled. Comes before the first `next()`. */
  startEpoch(): void;
  /** Batches with a target in one epoch; where sequences differ in length and `bptt` cuts them, in an unshuffled one. */
  readonly updatesPerEpoch: number;
  /** Upper bounds for every batch; 0 when the split is empty. */
  readonly largest: {
    readonly steps: number;
    readonly batch: number;
    readonly decoderSteps?: number;
  };
  /** JSON. After `seek(position())` the same batches follow, whatever `uniform` would say. */
  position(): JsonValue;
  seek(position: JsonValue): void;
}

export function createBatcher(split: Split, options: BatcherOptions): Batcher {
  const { stream } = split;
  if (!stream) return createExampleBatcher(split, options);
  const windows = windowsFor(split.steps, options);
  if (options.carryState) return createStreamBatcher(stream, windows, options.batch);
  // Without a state to carry, the windows of a text are examples like any others.
  return createExampleBatcher(windowsOf(stream, windows, split.layout), {
    ...options,
    bptt: "full",
    updateEverySteps: undefined,
  });
}
