/** Waiting for what cannot announce itself: asks again until it is so, and says in the end what was seen. */
import { setTimeout as delay } from "node:timers/promises";

/**
 * Returns the first defined answer of `probe`. `what` completes "Waited … s for": it is what a person
 * reads when the answer never comes.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  limitMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs / 1000} s for ${what}.`);
    await delay(50);
  }
}

/** Waits until `probe` holds. */
export async function waitUntil(
  what: string,
  probe: () => Promise<boolean> | boolean,
  limitMs = 15_000,
): Promise<void> {
  await waitFor(what, async () => ((await probe()) ? true : undefined), limitMs);
}
