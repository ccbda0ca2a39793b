/** What something much simpler than a network reaches on the validation part: the losses to beat. */
import type { Baseline } from "./dataset.ts";
import type { TokenArray } from "./tokenizedText.ts";

/**
 * Entropies of the held-back tokens under counts of the training tokens, in nats per token: what a network
 * without memory (unigram), or with a memory of one token (bigram), could reach. The first held-back token is only
 * read, as for the network. Empty when nothing is held back.
 */
export function languageBaselines(
  training: TokenArray,
  held: TokenArray,
  vocabulary: number,
  unit: string,
): Baseline[] {
  if (held.length < 2) return [];
  const counts = new Float64Array(vocabulary);
  for (const token of training) counts[token]++;
  // One more of each (Laplace), so that no token is impossible.
  const unigram = (token: number): number => (counts[token] + 1) / (training.length + vocabulary);

  const pairs = createCounts(vocabulary * vocabulary);
  const followers = new Float64Array(vocabulary);
  const totals = new Float64Array(vocabulary);
  for (let at = 1; at < training.length; at++) {
    const pair = training[at - 1] * vocabulary + training[at];
    if (pairs.add(pair) === 1) followers[training[at - 1]]++;
    totals[training[at - 1]]++;
  }
  // Witten & Bell 1991: a token with many different followers leaves more room for new ones.
  const bigram = (previous: number, token: number): number => {
    const room = Math.max(1, followers[previous]);
    const count = pairs.get(previous * vocabulary + token);
    return (count + room * unigram(token)) / (totals[previous] + room);
  };

  let unigramLoss = 0;
  let bigramLoss = 0;
  for (let at = 1; at < held.length; at++) {
    unigramLoss -= Math.log(unigram(held[at]));
    bigramLoss -= Math.log(bigram(held[at - 1], held[at]));
  }
  const predictions = held.length - 1;
  return [
    { name: "unigram", loss: unigramLoss / predictions, unit: `nats per ${unit}` },
    { name: "bigram", loss: bigramLoss / predictions, unit: `nats per ${unit}` },
  ];
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

/** How often each of `size` things was seen; a table where that is small, since a map is slow for a long text. */
function createCounts(size: number) {
  if (size <= 2 ** 22) {
    const counts = new Float64Array(size);
    return {
      add: (index: number): number => ++counts[index],
      get: (index: number) => counts[index],
    };
  }
  const counts = new Map<number, number>();
  const get = (index: number): number => counts.get(index) ?? 0;
  return {
    add(index: number): number {
      const count = get(index) + 1;
      counts.set(index, count);
      return count;
    },
    get,
  };
}
