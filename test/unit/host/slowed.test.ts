import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { slowed } from "../../../src/host/training/slowed.ts";

/** An event that the test fires, and what is heard of it slowly, with the time. */
function heard() {
  const listeners = new Set<(news: number) => void>();
  const event = (listener: (news: number) => void) => {
    listeners.add(listener);
    return { dispose: () => void listeners.delete(listener) };
  };
  const start = Date.now();
  const said: [number, number][] = [];
  const subscription = slowed(event)((news) => said.push([Date.now() - start, news]));
  return {
    said,
    subscription,
    listeners,
    fire: (news: number) => {
      for (const listener of listeners) listener(news);
    },
  };
}

describe("progress that is read", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is said at once, then the newest twice a second, and the last one too", async () => {
    const { said, fire } = heard();
    for (let news = 0; news < 12; news++) {
      fire(news);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    fire(12);
    expect(said).toEqual([
      [0, 0],
      [500, 4],
      [1000, 9],
      [1500, 11],
      [6200, 12],
    ]);
  });

  it("ends with its subscription", async () => {
    const { said, fire, subscription, listeners } = heard();
    fire(0);
    fire(1);
    subscription.dispose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([said.length, listeners.size]).toEqual([1, 0]);
  });
});
