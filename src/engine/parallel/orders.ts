/**
 * What the threads of a training are told of a batch, and what each answers. It lies in the shared memory, beside the
 * board (`board.ts`), and is written before a command and read after it.
 */
import type { Kernels } from "../kernels/kernels.ts";
import type { LossResult } from "../losses/loss.ts";

/** Of the batch that lies in the inbox (`inbox.ts`). */
export interface BatchOrders {
  readonly steps: number;
  readonly size: number;
  readonly carry: boolean;
  readonly hasTarget: boolean;
  /** Steps after which states are kept; 0 for all of them. */
  readonly carriedSteps: number;
  /** T of the decoder; 0 without one. */
  readonly decoderSteps: number;
  readonly teacherShare: number;
  /** L of labels without places. */
  readonly labels: number;
}

/** Of one thread. */
export interface ShardOrders {
  /** B of the states that are carried; only the first thread knows where they came from. */
  readonly carriedBatch: number;
  /** Begins the masks of dropout. */
  readonly seed: number;
  /** `gather`: what this thread's gradient is multiplied by; 0 leaves it out. */
  readonly factor: number;
}

export interface ShardResult extends Required<LossResult> {
  /** Of `gather`: Σ g² over this thread's part of the whole gradient. */
  readonly squares: number;
}

/** Of the batch, then of each thread, cache lines apart. */
export type OrderBook = Float64Array;

const batchNames = [
  "steps",
  "size",
  "carry",
  "hasTarget",
  "carriedSteps",
  "decoderSteps",
  "teacherShare",
  "labels",
] as const satisfies readonly (keyof BatchOrders)[];
const shardNames = [
  "carriedBatch",
  "seed",
  "factor",
] as const satisfies readonly (keyof ShardOrders)[];
const resultNames = [
  "loss",
  "weight",
  "correct",
  "counted",
  "exact",
  "sequences",
  "edits",
  "labels",
  "squares",
] as const satisfies readonly (keyof ShardResult)[];

/** Numbers of a thread: its orders from 0, its results from 8. */
const perShard = 24;
const resultsFrom = 8;
const placeOf = (shard: number): number => perShard * (1 + shard);

export function createOrderBook(kernels: Kernels, threads: number): OrderBook {
  const count = placeOf(threads);
  const space = kernels.allocateIntegers(2 * count);
  return new Float64Array(space.buffer, space.byteOffset, count);
}

export function writeBatchOrders(book: OrderBook, orders: BatchOrders): void {
  for (const [k, name] of batchNames.entries()) book[k] = Number(orders[name]);
}

export const readBatchOrders = (book: OrderBook): BatchOrders => ({
  steps: book[0],
  size: book[1],
  carry: book[2] === 1,
  hasTarget: book[3] === 1,
  carriedSteps: book[4],
  decoderSteps: book[5],
  teacherShare: book[6],
  labels: book[7],
});

export function writeShardOrders(book: OrderBook, shard: number, orders: ShardOrders): void {
  for (const [k, name] of shardNames.entries()) book[placeOf(shard) + k] = orders[name];
}

export function readShardOrders(book: OrderBook, shard: number): ShardOrders {
  const from = placeOf(shard);
  return { carriedBatch: book[from], seed: book[from + 1], factor: book[from + 2] };
}

export const factorOf = (book: OrderBook, shard: number): number => book[placeOf(shard) + 2];

export function setFactor(book: OrderBook, shard: number, factor: number): void {
  book[placeOf(shard) + 2] = factor;
}

/** What a thread with no sequences answers. */
export const nothing: ShardResult = {
  loss: 0,
  weight: 0,
  correct: 0,
  counted: 0,
  exact: 0,
  sequences: 0,
  edits: 0,
  labels: 0,
  squares: 0,
};

export function writeResult(book: OrderBook, shard: number, result: ShardResult): void {
  const from = placeOf(shard) + resultsFrom;
  for (const [k, name] of resultNames.entries()) book[from + k] = result[name];
}

export function readResult(book: OrderBook, shard: number): ShardResult {
  const from = placeOf(shard) + resultsFrom;
  return {
    loss: book[from],
    weight: book[from + 1],
    correct: book[from + 2],
    counted: book[from + 3],
    exact: book[from + 4],
    sequences: book[from + 5],
    edits: book[from + 6],
    labels: book[from + 7],
    squares: book[from + 8],
  };
}
