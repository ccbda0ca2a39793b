import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { halfTheTime, paced } from "../../../src/host/pace.ts";

const everyMs = 500;

/** Work of a length that the test chooses; the times at which it began. */
function following(tookMs: number) {
  const begun: number[] = [];
  const start = Date.now();
  const pace = paced<void>(async () => {
    begun.push(Date.now() - start);
    await new Promise((resolve) => setTimeout(resolve, tookMs));
  }, halfTheTime(everyMs));
  return { pace, begun };
}

describe("what follows a training", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("begins at once, and goes on for the last of the news that came meanwhile", async () => {
    const { pace, begun } = following(100);
    for (let news = 0; news < 3; news++) pace.news();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(begun).toEqual([0, everyMs]);
    pace.news();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual([0, everyMs, 3_000]);
  });

  it("rests as long as the work took, on a machine that is slow", async () => {
    const { pace, begun } = following(2_000);
    pace.news();
    await vi.advanceTimersByTimeAsync(1_000);
    pace.news();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(begun).toEqual([0, 4_000]);
  });

  it("does nothing more once it is disposed of", async () => {
    const { pace, begun } = following(100);
    pace.news();
    pace.news();
    await vi.advanceTimersByTimeAsync(200);
    pace.dispose();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(begun).toEqual([0]);
  });

  it("does nothing more either when it is disposed of while it works", async () => {
    const { pace, begun } = following(100);
    pace.news();
    pace.news();
    pace.dispose();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(begun).toEqual([0]);
  });
});
