/** What a person sees of each step of an encoder-decoder: the source's tokens, then what the decoder reads and writes. */
import { tokensOf, type PairCorpus } from "./pairCorpus.ts";
import type { StepLabel } from "./split.ts";
import { tokenLength, visible } from "./tokens.ts";

/** What the decoder reads before it has written anything. */
export const startLabel = "▸";

export function pairLabels(
  { pairs, source, target, level }: PairCorpus,
  index: number,
): readonly StepLabel[] {
  const { source: text, placeOf } = pairs[index];
  const start = source.starts[index];
  const read = Array.from(tokensOf(source, index), (token, t): StepLabel => {
    const offset = source.offsetOf(start + t);
    return {
      input: visible(source.vocabulary.tokens[token]),
      ...(placeOf && { place: placeOf(offset, tokenLength(text, offset, level)) }),
    };
  });
  return [...read, ...decoderLabels(tokensOf(target, index), target.vocabulary.tokens, true)];
}

/** One for each token and one for the end, which is name 0; `right` says that these tokens are the answers. */
export function decoderLabels(
  tokens: ArrayLike<number>,
  names: readonly string[],
  right: boolean,
): readonly StepLabel[] {
  return Array.from({ length: tokens.length + 1 }, (_, t): StepLabel => {
    // Named as among the predictions, so that a right end is seen to be right.
    const target = t < tokens.length ? visible(names[tokens[t]]) : visible(names[0]);
    return {
      input: t === 0 ? startLabel : visible(names[tokens[t - 1]]),
      ...(right && { target }),
    };
  });
}
