/** Where a training waits between two batches while somebody holds it. */

export interface PauseGate {
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** Resolves when the gate is open, or when the signal aborts. At once when neither is awaited. */
  opened(signal?: AbortSignal): Promise<void>;
}

export function createPauseGate(): PauseGate {
  let paused = false;
  const waiting = new Set<() => void>();
  return {
    get paused() {
      return paused;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      for (const proceed of waiting) proceed();
      waiting.clear();
    },
    opened(signal) {
      if (!paused || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const proceed = (): void => {
          signal?.removeEventListener("abort", proceed);
          waiting.delete(proceed);
          resolve();
        };
        waiting.add(proceed);
        signal?.addEventListener("abort", proceed);
      });
    },
  };
}
