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
/** Once in a while a machine is busy elsewhere for a moment; so often in a row it lacks processors. */
const patience = 3;
/** How many waits go by at most until it is tried again whether looking pays. */
const mostSkipped = 64;

export function createWatch(clockMs: () => number): Watch {
  /** How often in a row looking did not pay. */
  let failures = 0;
  /** Waits that are still to be slept through. */
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
      failures = paid ? 0 : failures + 1;
      left = failures < patience ? 0 : Math.min(mostSkipped, 2 ** (failures - patience));
      return came;
    },
  };
}

function comes(hasCome: () => boolean, looks: number): boolean {
  for (let look = 0; look < looks; look++) if (hasCome()) return true;
  return false;
}
