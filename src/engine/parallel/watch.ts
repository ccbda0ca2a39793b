/**
 * Looking again and again whether another thread is done, before sleeping until it says so. Being woken takes a twentieth of a
 * millisecond, more on a virtual machine. But where there are not processors enough, a thread that looks keeps the one that it
 * waits for from running, for as long as the system lets it: that is noticed, and then it looks less often.
 */

export interface Watch {
  /** Whether `hasCome` was true at one of `looks` looks, or of fewer where looking has not paid of late. */
  until(hasCome: () => boolean, looks: number): boolean;
}

/** Looks that cost nothing beside going to sleep. */
export const fewLooks = 2000;
/** Who looks for longer was either in vain, or not running for a while: the slices of systems are longer than this. */
const longestMs = 2;
/** How many waits go by at most until it is tried again whether looking pays. */
const mostSkipped = 64;

export function createWatch(clockMs: () => number): Watch {
  /** Waits that are to be slept through: twice as many each time that looking did not pay. */
  let skipped = 0;
  let left = 0;
  return {
    until(hasCome, looks) {
      if (comes(hasCome, Math.min(looks, fewLooks))) return true;
      if (left > 0) {
        left--;
        return false;
      }
      const start = clockMs();
      const came = comes(hasCome, looks - fewLooks);
      const paid = came && clockMs() - start < longestMs;
      skipped = paid ? 0 : Math.min(mostSkipped, Math.max(1, 2 * skipped));
      left = skipped;
      return came;
    },
  };
}

function comes(hasCome: () => boolean, looks: number): boolean {
  for (let look = 0; look < looks; look++) if (hasCome()) return true;
  return false;
}
