/** Work that goes on in small parts: lets other questions be answered in between, and stops when nobody waits any more. */
import { createBreather } from "./breather.ts";

export async function runThrough<Item, Result>(
  work: Generator<Item, Result>,
  signal: AbortSignal | undefined,
): Promise<{ readonly items: readonly Item[]; readonly result: Result }> {
  const breathe = createBreather();
  const items: Item[] = [];
  let next = work.next();
  while (!next.done) {
    signal?.throwIfAborted();
    items.push(next.value);
    await breathe();
    next = work.next();
  }
  return { items, result: next.value };
}
