/** Work that follows news and leaves room for everything else. */

export interface Pace {
  /** There is something to do: now, or once the pause after the last time is over. */
  news(): void;
  dispose(): void;
}

/** Does `work`, which never rejects, at most every `everyMs`, and for at most half of the time. */
export function halfTheTime(work: () => Promise<void>, everyMs: number): Pace {
  let pause: NodeJS.Timeout | undefined;
  let isBusy = false;
  let isDue = false;

  async function begin(): Promise<void> {
    isBusy = true;
    isDue = false;
    const begunAt = Date.now();
    await work();
    const tookMs = Date.now() - begunAt;
    pause = setTimeout(
      () => {
        isBusy = false;
        if (isDue) void begin();
      },
      Math.max(everyMs - tookMs, tookMs),
    );
  }

  return {
    news() {
      isDue = true;
      if (!isBusy) void begin();
    },
    dispose: () => clearTimeout(pause),
  };
}
