/** How well an encoder-decoder translates what it was never trained on, in the measures of the field. */
import { bleu } from "../analysis/translation/bleu.ts";
import { chrF } from "../analysis/translation/chrF.ts";
import type { TranslatedText } from "../analysis/translation/countGrams.ts";
import { UserError } from "../config/problem.ts";
import type { Dataset } from "../data/dataset.ts";
import { forEachToken, joinTokens } from "../data/tokens.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { createBreather } from "./breather.ts";
import { networkOf, type LoadedRun } from "./loadedRun.ts";
import { requirePairs, writtenFor } from "./translate.ts";

export interface TranslationScores {
  /** How many were translated. */
  readonly count: number;
  /** Share of them that are right from beginning to end. */
  readonly exactMatch: number;
  /** 0 to 100. */
  readonly bleu: number;
  readonly chrF: number;
  /** The first of what was not right. */
  readonly mistakes: readonly SourceAndText[];
}

interface SourceAndText extends TranslatedText {
  readonly source: string;
}

/** Translations until kernels are made anew: each takes memory that kernels only give back all at once. */
const perKernels = 50;
const mostMistakes = 50;

/**
 * Writes a target for every source that was held back, greedily and with nobody to put it right, and compares. Throws `UserError` for a model that does not
 * translate, and where nothing was held back. Rejects when `signal` aborts.
 */
export async function scoreTranslations(
  loaded: LoadedRun,
  dataset: Dataset,
  createKernels: () => Kernels,
  signal?: AbortSignal,
): Promise<TranslationScores> {
  const encoding = requirePairs(loaded);
  const { validation } = dataset;
  const { sequenceCount: count } = validation;
  if (count === 0) {
    throw new UserError("translate", "Nothing was held back from the training.", {
      advice: "Train with training.validation.share above 0.",
    });
  }
  const { source, target, level } = encoding;
  const say = (tokens: ArrayLike<number>, words: readonly string[]): string =>
    joinTokens(
      Array.from(tokens, (token) => words[token]),
      level,
    );
  const breathe = createBreather();
  let model = networkOf(loaded, createKernels());
  const texts: SourceAndText[] = [];
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    if (index % perKernels === perKernels - 1) model = networkOf(loaded, createKernels());
    const { input, decoder } = validation.read(index);
    const read = Int32Array.from(input);
    texts.push({
      source: say(read, source.tokens),
      written: say(writtenFor(model, read, encoding), target.tokens),
      // Before the first one stands the boundary.
      wanted: say(decoder?.subarray(1) ?? [], target.tokens),
    });
    await breathe();
  }
  const mistakes = texts.filter(({ written, wanted }) => written !== wanted);
  return {
    count,
    exactMatch: 1 - mistakes.length / count,
    bleu: bleu(
      texts.map(({ written, wanted }) => ({ written: words(written), wanted: words(wanted) })),
    ),
    chrF: chrF(texts),
    mistakes: mistakes.slice(0, mostMistakes),
  };
}

function words(text: string): string[] {
  const found: string[] = [];
  forEachToken(text, "word", (token) => found.push(token));
  return found;
}
