/**
 * Where the threads of a training meet: one command at a time, which all of them do. It lies in the shared memory. The first
 * thread leads; the others wait for its commands. What a command is about is in `orders.ts`.
 */
import type { Kernels } from "../kernels/kernels.ts";
import { fewLooks, type Watch } from "./watch.ts";

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

/** What threads look at while they wait lies on cache lines of its own. */
const at = {
  turn: 0,
  done: 16,
  command: 32,
  flag: 33,
  failed: 34,
  looks: 35,
  messageLength: 36,
  message: 64,
};
const longestMessage = 400;

export function createBoard(kernels: Kernels): Board {
  const words = kernels.allocateIntegers(at.message + longestMessage);
  const count = 2;
  const space = kernels.allocateIntegers(2 * count);
  return { words, numbers: new Float64Array(space.buffer, space.byteOffset, count) };
}

/** Says whether there is a processor for every thread: one that waits may then keep its own busy. */
export function tellRoom({ words }: Board, isEnough: boolean): void {
  words[at.looks] = isEnough ? manyLooks : fewLooks;
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

/** About a millisecond: it outlasts what is done between two commands. */
const manyLooks = 1_000_000;

/** Waits until there is a turn after `seen`, however long that takes; answers it. */
export function awaitTurn({ words }: Board, watch: Watch, seen: number): number {
  const hasCome = (): boolean => Atomics.load(words, at.turn) !== seen;
  if (!watch.until(hasCome, words[at.looks])) {
    while (!hasCome()) Atomics.wait(words, at.turn, seen);
  }
  return Atomics.load(words, at.turn);
}

/** Waits until `threads` have done their part, or for `patienceMs`; answers whether they have. */
export function awaitDone(
  { words }: Board,
  watch: Watch,
  threads: number,
  patienceMs: number,
): boolean {
  if (watch.until(() => Atomics.load(words, at.done) >= threads, words[at.looks])) return true;
  for (;;) {
    const done = Atomics.load(words, at.done);
    if (done >= threads) return true;
    if (Atomics.wait(words, at.done, done, patienceMs) === "timed-out") return false;
  }
}
