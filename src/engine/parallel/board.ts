/**
 * Where the threads of a training meet: one command at a time, what each of them is to do with it, and what came out. It
 * lies in the shared memory. The first thread leads; the others wait for its commands.
 */
import type { Kernels } from "../kernels/kernels.ts";

export interface Board {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

export type Command = "end" | "train" | "gather" | "step" | "evaluate";
const commands: readonly Command[] = ["end", "train", "gather", "step", "evaluate"];

/** What every thread is told with a command. */
export interface Orders {
  /** `gather`: whether gradients are added to what is there already. `evaluate`: whether the weights are new. */
  readonly flag: boolean;
  /** `step`: as the optimizer says. */
  readonly learningRate: number;
  readonly step: number;
}

/** A thread's part of a batch. */
export interface ShardOrders {
  readonly steps: number;
  readonly size: number;
  readonly carry: boolean;
  /** B of the states that are carried; only the first thread knows where they came from. */
  readonly carriedBatch: number;
  readonly hasTarget: boolean;
  /** Steps after which states are kept; 0 for all of them. */
  readonly carriedSteps: number;
  /** Begins the masks of dropout. */
  readonly seed: number;
  /** `gather`: what this thread's gradient is multiplied by; 0 leaves it out. */
  readonly factor: number;
}

export interface ShardResult {
  readonly loss: number;
  readonly weight: number;
  readonly correct: number;
  readonly counted: number;
  /** Of `gather`: Σ g² over this thread's part of the whole gradient. */
  readonly squares: number;
}

/** Words: of all threads, then of each. */
const at = { turn: 0, done: 1, command: 2, flag: 3, failed: 4, messageLength: 5, message: 64 };
const longestMessage = 400;
const firstShardWord = at.message + longestMessage;
const wordsPerShard = 16;
const shardWord = (shard: number): number => firstShardWord + shard * wordsPerShard;
/** Numbers: `learningRate`, `step`; then of each thread, a cache line apart. */
const numbersPerShard = 8;
const shardNumber = (shard: number): number => numbersPerShard * (1 + shard);

export function createBoard(kernels: Kernels, threads: number): Board {
  const words = kernels.allocateIntegers(shardWord(threads));
  const count = shardNumber(threads);
  const space = kernels.allocateIntegers(2 * count);
  return { words, numbers: new Float64Array(space.buffer, space.byteOffset, count) };
}

/** Hands out a command; the orders were written before. */
export function announce({ words, numbers }: Board, command: Command, orders: Orders): void {
  words[at.command] = commands.indexOf(command);
  words[at.flag] = orders.flag ? 1 : 0;
  numbers[0] = orders.learningRate;
  numbers[1] = orders.step;
  Atomics.store(words, at.done, 0);
  Atomics.add(words, at.turn, 1);
  Atomics.notify(words, at.turn);
}

export function readCommand({ words, numbers }: Board): Orders & { readonly command: Command } {
  return {
    command: commands[words[at.command]],
    flag: words[at.flag] === 1,
    learningRate: numbers[0],
    step: numbers[1],
  };
}

export function writeOrders({ words, numbers }: Board, shard: number, orders: ShardOrders): void {
  const from = shardWord(shard);
  words[from] = orders.steps;
  words[from + 1] = orders.size;
  words[from + 2] = orders.carry ? 1 : 0;
  words[from + 3] = orders.carriedBatch;
  words[from + 4] = orders.hasTarget ? 1 : 0;
  words[from + 5] = orders.seed | 0;
  words[from + 6] = orders.carriedSteps;
  numbers[shardNumber(shard)] = orders.factor;
}

export function readOrders({ words, numbers }: Board, shard: number): ShardOrders {
  const from = shardWord(shard);
  return {
    steps: words[from],
    size: words[from + 1],
    carry: words[from + 2] === 1,
    carriedBatch: words[from + 3],
    hasTarget: words[from + 4] === 1,
    seed: words[from + 5],
    carriedSteps: words[from + 6],
    factor: numbers[shardNumber(shard)],
  };
}

export const factorOf = ({ numbers }: Board, shard: number): number => numbers[shardNumber(shard)];

export function setFactor({ numbers }: Board, shard: number, factor: number): void {
  numbers[shardNumber(shard)] = factor;
}

export function writeResult({ numbers }: Board, shard: number, result: ShardResult): void {
  const from = shardNumber(shard);
  numbers[from + 1] = result.loss;
  numbers[from + 2] = result.weight;
  numbers[from + 3] = result.correct;
  numbers[from + 4] = result.counted;
  numbers[from + 5] = result.squares;
}

export function readResult({ numbers }: Board, shard: number): ShardResult {
  const from = shardNumber(shard);
  return {
    loss: numbers[from + 1],
    weight: numbers[from + 2],
    correct: numbers[from + 3],
    counted: numbers[from + 4],
    squares: numbers[from + 5],
  };
}

export function writeFailure({ words }: Board, shard: number, message: string): void {
  const text = message.slice(0, longestMessage);
  for (let k = 0; k < text.length; k++) words[at.message + k] = text.charCodeAt(k);
  words[at.messageLength] = text.length;
  words[at.failed] = shard + 1;
}

/** What went wrong in a thread, or undefined. */
export function readFailure({ words }: Board): string | undefined {
  if (words[at.failed] === 0) return undefined;
  const text = words.subarray(at.message, at.message + words[at.messageLength]);
  return String.fromCharCode(...text);
}

export function reportDone({ words }: Board): void {
  Atomics.add(words, at.done, 1);
  Atomics.notify(words, at.done);
}

/**
 * Looks this often before it sleeps: waking a thread takes about as long. A command follows on the one before at once
 * while a batch is computed.
 */
const looks = 2000;

/** Waits until there is a turn after `seen`, however long that takes; answers it. */
export function awaitTurn({ words }: Board, seen: number): number {
  for (let look = 0; look < looks; look++) {
    if (Atomics.load(words, at.turn) !== seen) return Atomics.load(words, at.turn);
  }
  while (Atomics.load(words, at.turn) === seen) Atomics.wait(words, at.turn, seen);
  return Atomics.load(words, at.turn);
}

/** Waits until `threads` have done their part, or for `patienceMs`; answers whether they have. */
export function awaitDone({ words }: Board, threads: number, patienceMs: number): boolean {
  for (let look = 0; look < looks; look++) if (Atomics.load(words, at.done) >= threads) return true;
  for (;;) {
    const done = Atomics.load(words, at.done);
    if (done >= threads) return true;
    if (Atomics.wait(words, at.done, done, patienceMs) === "timed-out") return false;
  }
}
