/**
 * Files that are written while training goes on, one after the other. When the disk is slower than
 * training, the newest content of a file waits and older content that was still waiting is dropped.
 */

export interface BackgroundWrites {
  /** `write` replaces what still waits under the same key. */
  put(key: string, write: () => Promise<void>): void;
  /** Something is being written, or waits for it. */
  readonly isBusy: boolean;
  /** Throws what the first write that failed threw. */
  check(): void;
  /** Waits until nothing is left to write, then checks. */
  settle(): Promise<void>;
}

export function createBackgroundWrites(): BackgroundWrites {
  const waiting = new Map<string, () => Promise<void>>();
  let running: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const drain = async (): Promise<void> => {
    for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
      const [key, write] = next.value;
      waiting.delete(key);
      try {
        await write();
      } catch (error) {
        failure ??= { error };
      }
    }
    running = undefined;
  };
  const check = (): void => {
    if (failure) throw failure.error;
  };

  return {
    put(key, write) {
      waiting.set(key, write);
      running ??= drain();
    },
    get isBusy() {
      return running !== undefined;
    },
    check,
    async settle() {
      await running;
      check();
    },
  };
}
