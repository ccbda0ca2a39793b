/** News that come faster than anything should be done about them. */

export interface Pace<News> {
  /** Something is done about it: now, or after the pause, unless there are newer ones then. */
  news(news: News): void;
  /** What is being done is finished, and nothing follows it. */
  dispose(): void;
}

/** Does `work`, which never fails, about the first news, and then about the newest; `pauseMs` after it took so long. */
export function paced<News>(
  work: (news: News) => void | Promise<void>,
  pauseMs: (tookMs: number) => number,
): Pace<News> {
  let pause: NodeJS.Timeout | undefined;
  let isBusy = false;
  let isDisposed = false;
  let waiting: { readonly news: News } | undefined;

  async function begin(news: News): Promise<void> {
    isBusy = true;
    waiting = undefined;
    const begunAt = Date.now();
    await work(news);
    if (isDisposed) return;
    pause = setTimeout(
      () => {
        isBusy = false;
        if (waiting) void begin(waiting.news);
      },
      pauseMs(Date.now() - begunAt),
    );
  }

  return {
    news(news) {
      if (isBusy) waiting = { news };
      else void begin(news);
    },
    dispose() {
      isDisposed = true;
      clearTimeout(pause);
    },
  };
}

/** Work that takes half of the time at most, and begins at most every `leastMs`. */
export const halfTheTime =
  (leastMs: number) =>
  (tookMs: number): number =>
    Math.max(leastMs - tookMs, tookMs);
