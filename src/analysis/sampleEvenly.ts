/** At most `limit` of the items, evenly spread, first and last among them; the last alone for a limit of 1. */
export function sampleEvenly<T>(items: readonly T[], limit: number): readonly T[] {
  if (items.length <= limit) return items;
  if (limit <= 1) return items.slice(-1);
  const stride = (items.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => items[Math.round(i * stride)]);
}
