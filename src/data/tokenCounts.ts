/** What is counted of a row of tokens: all that the simplest models of a language know of it. */
import { growing } from "./growing.ts";
import { createPairCounts, type PairCounts } from "./pairCounts.ts";

export interface TokenCounts {
  readonly length: number;
  /** The first of the row; undefined when it is empty. */
  readonly first: number | undefined;
  /** Of each token by its number. */
  readonly tokens: Float64Array;
  /** Of each two that follow on each other. */
  readonly pairs: PairCounts;
}

export interface TokenCounter {
  /** Goes on with the first `count` of these. */
  add(numbers: ArrayLike<number>, count: number): void;
  counts(): TokenCounts;
}

/** Pairs are only counted where somebody asks for them. */
export function createTokenCounter({ pairs: countsPairs = true } = {}): TokenCounter {
  const tokens = growing(new Float64Array(256));
  const pairs = createPairCounts();
  let first: number | undefined;
  let previous: number | undefined;
  let length = 0;
  return {
    add(numbers, count) {
      if (count === 0) return;
      first ??= numbers[0];
      length += count;
      let seen = tokens.values();
      for (let at = 0; at < count; at++) {
        const token = numbers[at];
        if (token >= seen.length) {
          while (tokens.length() <= token) tokens.push(0);
          seen = tokens.values();
        }
        seen[token]++;
      }
      if (countsPairs) pairs.addRow(numbers, count, previous);
      previous = numbers[count - 1];
    },
    counts: () => ({ length, first, tokens: tokens.values(), pairs }),
  };
}

/** What the rest of a row holds after `end`, which is its end. The pairs of `whole` become those of the rest. */
export function withoutEnd(
  whole: TokenCounts,
  end: TokenCounts,
  lastBefore: number | undefined,
): TokenCounts {
  end.pairs.forEach((first, second, times) => whole.pairs.add(first, second, -times));
  if (end.first !== undefined && lastBefore !== undefined) {
    whole.pairs.add(lastBefore, end.first, -1);
  }
  return {
    ...whole,
    length: whole.length - end.length,
    tokens: whole.tokens.map((times, token) => times - (end.tokens[token] ?? 0)),
  };
}

/** Number n becomes `numberOf[n]`, below `size`; several may become one. */
export function renumbered(counts: TokenCounts, numberOf: Int32Array, size: number): TokenCounts {
  const tokens = new Float64Array(size);
  counts.tokens.forEach((times, token) => (tokens[numberOf[token]] += times));
  const first = counts.first === undefined ? undefined : numberOf[counts.first];
  if (counts.pairs.isFull) return { ...counts, first, tokens };
  const pairs = createPairCounts();
  counts.pairs.forEach((one, next, times) => pairs.add(numberOf[one], numberOf[next], times));
  return { ...counts, first, tokens, pairs };
}
