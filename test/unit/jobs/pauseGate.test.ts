import { describe, expect, it } from "vitest";
import { createPauseGate } from "../../../src/jobs/pauseGate.ts";

/** Whether a promise has settled after the microtasks that are due. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe("pause gate", () => {
  it("lets everybody through while it is open", async () => {
    expect(await isSettled(createPauseGate().opened())).toBe(true);
  });

  it("holds everybody until it is opened, and again when it is closed again", async () => {
    const gate = createPauseGate();
    for (let round = 0; round < 2; round++) {
      gate.pause();
      const waiting = [gate.opened(), gate.opened()];
      expect(gate.paused).toBe(true);
      expect(await Promise.all(waiting.map(isSettled))).toEqual([false, false]);
      gate.resume();
      expect(await Promise.all(waiting.map(isSettled))).toEqual([true, true]);
    }
  });

  it("lets go of whoever is stopped, and of nobody else", async () => {
    const gate = createPauseGate();
    const controller = new AbortController();
    gate.pause();
    const [stopped, stays] = [gate.opened(controller.signal), gate.opened()];
    controller.abort();
    expect(await isSettled(stopped)).toBe(true);
    expect(await isSettled(stays)).toBe(false);
    expect(await isSettled(gate.opened(controller.signal))).toBe(true);
  });
});
