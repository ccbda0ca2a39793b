/** How many labels have to be inserted, deleted or replaced to make one string of another (Levenshtein 1966). */

export function editDistance(from: ArrayLike<number>, to: ArrayLike<number>): number {
  // distances[j]: of what was read of `from` to the first j of `to`.
  const distances = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    let diagonal = distances[0];
    distances[0] = i;
    for (let j = 1; j <= to.length; j++) {
      const replaced = diagonal + (from[i - 1] === to[j - 1] ? 0 : 1);
      diagonal = distances[j];
      distances[j] = Math.min(replaced, distances[j] + 1, distances[j - 1] + 1);
    }
  }
  return distances[to.length];
}
