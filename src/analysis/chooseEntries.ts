/** Which entries of a gradient are looked at, when not all of them are. */
import type { Random } from "../engine/rng.ts";
import type { Real } from "../trace/trace.ts";

/**
 * The largest entry, then some that are not zero, and a quarter drawn from all: most rows of an embedding are of
 * tokens that the batch does not hold, and comparing zeros with zeros alone would prove little.
 */
export function chooseEntries(gradient: Real, count: number, random: Random): readonly number[] {
  const all = Array.from(gradient, (_, index) => index);
  if (count >= all.length) return all;
  const drawn = new Set<number>();
  const draw = (from: readonly number[], until: number): void => {
    const rest = from.filter((index) => !drawn.has(index));
    while (drawn.size < until && rest.length > 0) {
      const at = random.integer(rest.length);
      drawn.add(rest[at]);
      rest[at] = rest[rest.length - 1];
      rest.pop();
    }
  };
  const active = all.filter((index) => gradient[index] !== 0);
  if (active.length > 0) {
    drawn.add(
      active.reduce((best, index) =>
        Math.abs(gradient[index]) > Math.abs(gradient[best]) ? index : best,
      ),
    );
  }
  draw(active, Math.ceil(count * 0.75));
  draw(all, count);
  return [...drawn];
}
