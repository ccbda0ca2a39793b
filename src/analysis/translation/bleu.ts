/** How much of many translations stands in their references, word for word. */
import { countGrams, sharedGrams } from "./countGrams.ts";

const longest = 4;

/**
 * BLEU of Papineni et al. 2002 (ACL, "BLEU: a Method for Automatic Evaluation of Machine Translation") over a whole corpus, one reference each, 0 to 100:
 *   p_n = Σ n-grams of the outputs that their references have too, each counted as often as there at most / Σ n-grams of the outputs
 *   BLEU = 100 · min(1, exp(1 − r/c)) · (p₁ p₂ p₃ p₄)^¼        r, c: words of the references and of the outputs
 * Without smoothing, so that it is 0 where no four words in a row are right.
 * @param texts words of each output and of its reference
 */
export function bleu(
  texts: readonly { readonly written: readonly string[]; readonly wanted: readonly string[] }[],
): number {
  const shared = new Float64Array(longest);
  const total = new Float64Array(longest);
  let writtenWords = 0;
  let wantedWords = 0;
  for (const { written, wanted } of texts) {
    writtenWords += written.length;
    wantedWords += wanted.length;
    for (let n = 1; n <= longest; n++) {
      shared[n - 1] += sharedGrams(countGrams(written, n), countGrams(wanted, n));
      total[n - 1] += Math.max(0, written.length - n + 1);
    }
  }
  if (writtenWords === 0) return 0;
  const brevity = Math.min(1, Math.exp(1 - wantedWords / writtenWords));
  // Texts of fewer than four words throughout have no longer n-grams to judge by.
  const orders = total.filter((count) => count > 0).length;
  const precisions = shared.slice(0, orders).map((count, n) => count / total[n]);
  return 100 * brevity * precisions.reduce((product, p) => product * p, 1) ** (1 / orders);
}
