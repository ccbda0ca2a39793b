/** Gates in another order: the blocks of rows that belong to each gate change places. */
import type { Real } from "../trace/trace.ts";

/** `order[k]` is the block of `values` that becomes block k. A copy, unless nothing moves. */
export function reorderBlocks<Numbers extends Real>(
  values: Numbers,
  order: readonly number[],
): Numbers {
  if (order.every((from, to) => from === to)) return values;
  const out = values.slice() as Numbers;
  const length = values.length / order.length;
  for (const [to, from] of order.entries()) {
    out.set(values.subarray(from * length, (from + 1) * length), to * length);
  }
  return out;
}
