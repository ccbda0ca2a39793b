import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAudience } from "../../../src/host/panels/audience.ts";

const visible = () => true;

/** Whether the wait is over by now. */
function waitFor(seen: Promise<void>): () => boolean {
  let isOver = false;
  void seen.then(() => (isOver = true));
  return () => isOver;
}

describe("panels that are shown one trace after another", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are waited for until the last one on screen has drawn it", async () => {
    const audience = createAudience();
    const [gates, timeline] = [audience.join(visible), audience.join(visible)];
    audience.join(() => false);
    gates.saw("before");
    const isOver = waitFor(audience.hasSeen("trace", () => true));
    gates.saw("trace");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isOver()).toBe(false);
    timeline.saw("trace");
    await vi.advanceTimersByTimeAsync(100);
    expect(isOver()).toBe(true);
  });

  it("are not waited for once they are closed or hidden", async () => {
    const audience = createAudience();
    let isVisible = true;
    const closing = audience.join(visible);
    audience.join(() => isVisible);
    const isOver = waitFor(audience.hasSeen("trace", () => true));
    closing.dispose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isOver()).toBe(false);
    isVisible = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(isOver()).toBe(true);
  });

  it("are not waited for when something else is shown, nor for ever", async () => {
    const audience = createAudience();
    audience.join(visible);
    let isWanted = true;
    const replaced = waitFor(audience.hasSeen("trace", () => isWanted));
    const dead = waitFor(audience.hasSeen("trace", () => true));
    isWanted = false;
    await vi.advanceTimersByTimeAsync(100);
    expect([replaced(), dead()]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(dead()).toBe(true);
  });

  it("keep nobody waiting while there are none", async () => {
    await createAudience().hasSeen("trace", () => true);
  });
});
