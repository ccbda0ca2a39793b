/** Time spent training: runs on, but not while paused, and goes on where an earlier session ended. */

export interface Stopwatch {
  elapsedMs(): number;
  hold(): void;
  release(): void;
}

export function createStopwatch(startMs: number): Stopwatch {
  let accumulatedMs = startMs;
  let since: number | undefined = performance.now();
  return {
    elapsedMs: () => accumulatedMs + (since === undefined ? 0 : performance.now() - since),
    hold() {
      if (since !== undefined) accumulatedMs += performance.now() - since;
      since = undefined;
    },
    release() {
      since ??= performance.now();
    },
  };
}
