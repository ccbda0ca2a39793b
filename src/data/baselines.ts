/** What something much simpler than a network reaches on the validation part: the losses to beat. */
import type { Baseline } from "./dataset.ts";
import type { TokenCounts } from "./tokenCounts.ts";

/**
 * Entropies of the held-back tokens under counts of the training tokens, in nats per token: what a network
 * without memory (unigram), or with a memory of one token (bigram), could reach. The first held-back token is only
 * read, as for the network. Empty when nothing is held back.
 */
export function languageBaselines(
  training: TokenCounts,
  held: TokenCounts,
  vocabulary: number,
  unit: string,
): Baseline[] {
  const { tokens: counts, pairs } = training;
  if (held.length < 2) return [];
  // One more of each (Laplace), so that no token is impossible.
  const unigram = (token: number): number =>
    ((counts[token] ?? 0) + 1) / (training.length + vocabulary);
  let unigramLoss = 0;
  held.tokens.forEach((times, token) => {
    const predicted = token === held.first ? times - 1 : times;
    if (predicted > 0) unigramLoss -= predicted * Math.log(unigram(token));
  });
  const predictions = held.length - 1;
  const unigrams = { name: "unigram", loss: unigramLoss / predictions, unit: `nats per ${unit}` };
  if (pairs.isFull || held.pairs.isFull) return [unigrams];

  const followers = new Float64Array(vocabulary);
  const totals = new Float64Array(vocabulary);
  pairs.forEach((previous, _, times) => {
    if (times > 0) followers[previous]++;
    totals[previous] += times;
  });
  // Witten & Bell 1991: a token with many different followers leaves more room for new ones.
  const bigram = (previous: number, token: number): number => {
    const room = Math.max(1, followers[previous]);
    return (pairs.get(previous, token) + room * unigram(token)) / (totals[previous] + room);
  };
  let bigramLoss = 0;
  held.pairs.forEach((previous, token, times) => {
    bigramLoss -= times * Math.log(bigram(previous, token));
  });
  return [unigrams, { name: "bigram", loss: bigramLoss / predictions, unit: `nats per ${unit}` }];
}

/** Always answering with the classes' shares in the training part. Empty when nothing is held back. */
export function majorityBaseline(
  training: ArrayLike<number>,
  held: ArrayLike<number>,
  labels: readonly string[],
): Baseline[] {
  if (held.length === 0) return [];
  const counts = new Float64Array(labels.length);
  for (let at = 0; at < training.length; at++) counts[training[at]]++;
  const majority = counts.indexOf(Math.max(...counts));
  let loss = 0;
  let right = 0;
  for (let at = 0; at < held.length; at++) {
    loss -= Math.log((counts[held[at]] + 1) / (training.length + labels.length));
    if (held[at] === majority) right++;
  }
  return [
    {
      name: `majority class "${labels[majority]}"`,
      loss: loss / held.length,
      unit: "nats",
      accuracy: right / held.length,
    },
  ];
}
