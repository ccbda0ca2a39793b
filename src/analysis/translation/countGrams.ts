/** n-grams of a text and how many of them another text has as well: what BLEU and chrF are made of. */

/** How often each run of `length` items stands in `items`. */
export function countGrams(items: readonly string[], length: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + length <= items.length; at++) {
    // No item holds a line break: words and characters that are not white space.
    const gram = items.slice(at, at + length).join("\n");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** Of each n-gram as many as both texts have. */
export function sharedGrams(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): number {
  let shared = 0;
  for (const [gram, count] of one) shared += Math.min(count, other.get(gram) ?? 0);
  return shared;
}

/** One translation: what was written, and what should have been. */
export interface TranslatedText {
  readonly written: string;
  readonly wanted: string;
}
