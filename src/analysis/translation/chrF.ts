/** How much of many translations stands in their references, character for character: endings of words count by themselves. */
import { countGrams, sharedGrams, type TranslatedText } from "./countGrams.ts";

const longest = 6;
const beta = 2;

/**
 * chrF of Popović 2015 (WMT, "chrF: character n-gram F-score for automatic MT evaluation") over a whole corpus, 0 to 100. Of n-grams of up to six characters,
 * white space left out, precision P and recall R are each the mean over n, and recall counts β = 2 times as much:
 *   chrF = 100 · (1 + β²) P R / (β² P + R)
 */
export function chrF(texts: readonly TranslatedText[]): number {
  const shared = new Float64Array(longest);
  const written = new Float64Array(longest);
  const wanted = new Float64Array(longest);
  for (const text of texts) {
    const [output, reference] = [characters(text.written), characters(text.wanted)];
    for (let n = 1; n <= longest; n++) {
      shared[n - 1] += sharedGrams(countGrams(output, n), countGrams(reference, n));
      // As sacrebleu: what a reference is too short for is held against no output.
      if (reference.length >= n) written[n - 1] += Math.max(0, output.length - n + 1);
      wanted[n - 1] += Math.max(0, reference.length - n + 1);
    }
  }
  // Where all texts are shorter than n on either side, n says nothing.
  const orders = [...shared.keys()].filter((at) => written[at] > 0 && wanted[at] > 0);
  if (orders.length === 0) return 0;
  const mean = (counts: Float64Array): number =>
    orders.reduce((sum, at) => sum + shared[at] / counts[at], 0) / orders.length;
  const [precision, recall] = [mean(written), mean(wanted)];
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}

const characters = (text: string): string[] => Array.from(text.replaceAll(/\s/gu, ""));
