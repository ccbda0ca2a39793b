/**
 * A computation that never ends its turn hears no message and no signal. Between two batches it takes
 * a breath: it lets the event loop run, but not so often that it costs anything.
 */

export type Breather = () => Promise<void> | undefined;

/** One turn of the event loop costs some microseconds; every 15 ms, "at once" is still at once. */
const betweenBreathsMs = 15;
/** Writing a file takes a turn for every call to the system, of which there are half a dozen. */
const whileBusyMs = 2;

/**
 * Call between batches; await what it returns when it returns something. `isBusy` says whether something is under way that
 * needs turns to get on.
 */
export function createBreather(isBusy: () => boolean = () => false): Breather {
  let last = performance.now();
  return () => {
    const pauseMs = isBusy() ? whileBusyMs : betweenBreathsMs;
    if (performance.now() - last < pauseMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}
