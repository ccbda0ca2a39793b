/** "Did you mean …?": the nearest of some names to what was written. */

/**
 * The candidate that a typing mistake most probably meant, or undefined when none is close. Case is
 * ignored, and a candidate that begins with what was written counts as close.
 */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(written.length * 0.4)) + 0.5;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    const isStart = wanted.length >= 2 && name.startsWith(wanted);
    const distance = isStart ? 0.75 : editDistance(wanted, name);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`: the optimal
 * string alignment distance (Damerau 1964, without edits inside a swap).
 */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const cost = new Uint16Array((a.length + 1) * width);
  for (let row = 0; row <= a.length; row++) cost[row * width] = row;
  for (let column = 0; column <= b.length; column++) cost[column] = column;
  for (let row = 1; row <= a.length; row++) {
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const at = row * width + column;
      let least = Math.min(cost[at - width] + 1, cost[at - 1] + 1, cost[at - width - 1] + same);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, cost[at - 2 * width - 2] + 1);
      cost[at] = least;
    }
  }
  return cost[a.length * width + b.length];
}
