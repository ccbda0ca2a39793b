/** How well a network translates, as a page to read: the measures first, then what went wrong. */
import type { TranslationScores } from "./scoreTranslations.ts";

export function translationScoresText(scores: TranslationScores): string {
  const { count, exactMatch, bleu, chrF, mistakes } = scores;
  const wrong = Math.round((1 - exactMatch) * count);
  return [
    `${count.toLocaleString("en")} sources that were held back, translated greedily:`,
    "",
    `  exact match  ${(100 * exactMatch).toFixed(1)} %`,
    `  BLEU         ${bleu.toFixed(1)}   words of the output in its reference, up to four in a row (Papineni et al. 2002)`,
    `  chrF         ${chrF.toFixed(1)}   the same of up to six characters, and how much of the reference is there (Popović 2015)`,
    "",
    mistakes.length < wrong
      ? `The first ${mistakes.length} of ${wrong.toLocaleString("en")} that are not right:`
      : wrong === 0
        ? "Every one is right."
        : wrong === 1
          ? "One is not right:"
          : `${wrong.toLocaleString("en")} are not right:`,
    ...mistakes.flatMap(({ source, written, wanted }) => [
      "",
      `  source   ${source}`,
      `  written  ${written}`,
      `  wanted   ${wanted}`,
    ]),
    "",
  ].join("\n");
}
