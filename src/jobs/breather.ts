/**
 * A computation that never ends its turn hears no message and no signal. Between two batches it takes
 * a breath: it lets the event loop run, but not so often that it costs anything.
 */

export type Breather = () => Promise<void> | undefined;

/** One turn of the event loop costs some microseconds; every 15 ms, "at once" is still at once. */
const betweenBreathsMs = 15;

/** Call between batches; await what it returns when it returns something. */
export function createBreather(): Breather {
  let last = performance.now();
  return () => {
    if (performance.now() - last < betweenBreathsMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}
