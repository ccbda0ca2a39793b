/**
 * A worker that starts with the first call, is started again after it died, and ends after a while
 * without work, so that an editor in which nobody uses Unroll pays nothing.
 */
import type { WorkerContract } from "../../protocol/workerContract.ts";
import type { WorkerThread } from "./workerThread.ts";

type Calls = WorkerContract["calls"];
type Events = WorkerContract["events"];

export interface LazyWorker {
  call<K extends keyof Calls>(
    name: K,
    request: Parameters<Calls[K]>[0],
    options?: { readonly signal?: AbortSignal },
  ): Promise<ReturnType<Calls[K]>>;
  /** Of this thread and those that follow it. Returns a function that stops listening. */
  on<K extends keyof Events>(name: K, listener: (payload: Events[K]) => void): () => void;
  /** The thread died; everything that it held is gone. Returns a function that stops listening. */
  onDeath(listener: (reason: string) => void): () => void;
  /** Ends the thread as a crash would; whoever listens to deaths makes what was lost again. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

export interface LazyWorkerOptions {
  readonly start: () => WorkerThread;
  /** End the thread after this long without a call; absent, it stays, because it holds something. */
  readonly idleMs?: number;
}

export function createLazyWorker({ start, idleMs }: LazyWorkerOptions): LazyWorker {
  let thread: WorkerThread | undefined;
  let running = 0;
  let idleTimer: NodeJS.Timeout | undefined;
  let disposed = false;
  const listeners = new Set<(reason: string) => void>();
  const subscribers = new Set<(started: WorkerThread) => () => void>();

  function alive(): WorkerThread {
    if (disposed) throw new Error("Unroll is shutting down.");
    if (thread) return thread;
    const started = start();
    started.onDeath((reason) => {
      if (thread === started) thread = undefined;
      for (const listener of listeners) listener(reason);
    });
    for (const subscribe of subscribers) subscribe(started);
    thread = started;
    return started;
  }

  function rest(): void {
    if (idleMs === undefined || running > 0) return;
    idleTimer = setTimeout(() => {
      void thread?.end("The worker rested.");
      thread = undefined;
    }, idleMs);
  }

  return {
    async call(name, request, options) {
      clearTimeout(idleTimer);
      running++;
      try {
        return await alive().client.call(name, request, options);
      } finally {
        running--;
        rest();
      }
    },
    on(name, listener) {
      const subscribe = (started: WorkerThread) => started.client.on(name, listener);
      const stop = thread && subscribe(thread);
      let stopLater: (() => void) | undefined;
      const later = (started: WorkerThread) => (stopLater = subscribe(started));
      subscribers.add(later);
      return () => {
        subscribers.delete(later);
        stop?.();
        stopLater?.();
      };
    },
    onDeath(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async restart() {
      await thread?.kill();
    },
    async dispose() {
      disposed = true;
      clearTimeout(idleTimer);
      await thread?.end("Unroll is shutting down.");
      thread = undefined;
    },
  };
}
