import { afterEach, describe, expect, it, vi } from "vitest";
import { createLazyWorker } from "../../../src/host/workers/lazyWorker.ts";
import type { WorkerThread } from "../../../src/host/workers/workerThread.ts";
import { DisposedError } from "../../../src/protocol/channel.ts";

/** Threads that answer every call with their own number, until one dies. */
function createThreads() {
  const ended: string[] = [];
  const deaths: ((reason: string) => void)[] = [];
  let started = 0;
  const start = (): WorkerThread => {
    const number = ++started;
    const client = {
      call: async () => ({ text: `thread ${number}` }),
      on: () => () => undefined,
      dispose: () => undefined,
    } as unknown as WorkerThread["client"];
    return {
      client,
      onDeath: (listener) => void (deaths[number - 1] = listener),
      end: async (reason) => void ended.push(`${number}: ${reason}`),
      kill: async () => deaths[number - 1]("it was killed"),
    };
  };
  return { start, ended, started: () => started };
}

const request = {
  runFolder: "/run",
  checkpoint: "best",
  prompt: "",
  length: 1,
  temperature: 1,
  seed: 1,
} as const;

describe("a lazy worker", () => {
  afterEach(() => vi.useRealTimers());

  it("starts with the first call and is used again", async () => {
    const { start, started } = createThreads();
    const worker = createLazyWorker({ start });
    expect(started()).toBe(0);
    expect(await worker.call("generate", request)).toEqual({ text: "thread 1" });
    expect(await worker.call("generate", request)).toEqual({ text: "thread 1" });
    expect(started()).toBe(1);
  });

  it("tells of a death and starts anew with the next call", async () => {
    const { start } = createThreads();
    const worker = createLazyWorker({ start });
    const reasons: string[] = [];
    worker.onDeath((reason) => reasons.push(reason));
    await worker.call("generate", request);
    await worker.restart();
    expect(reasons).toEqual(["it was killed"]);
    expect(await worker.call("generate", request)).toEqual({ text: "thread 2" });
  });

  it("ends after a while without work, but not while it works", async () => {
    vi.useFakeTimers();
    const { start, ended } = createThreads();
    const worker = createLazyWorker({ start, idleMs: 1000 });
    await worker.call("generate", request);
    vi.advanceTimersByTime(900);
    await worker.call("generate", request);
    vi.advanceTimersByTime(900);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(ended).toEqual(["1: The worker rested."]);
    expect(await worker.call("generate", request)).toEqual({ text: "thread 2" });
  });

  it("rejects when no thread may start, and leaves nothing behind", async () => {
    const worker = createLazyWorker({
      start: () => {
        throw new DisposedError("not trusted");
      },
      idleMs: 10,
    });
    await expect(worker.call("generate", request)).rejects.toThrow("not trusted");
    await expect(worker.dispose()).resolves.toBeUndefined();
    await expect(worker.call("generate", request)).rejects.toThrow("shutting down");
  });
});
