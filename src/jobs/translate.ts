/** What an encoder-decoder writes for a source: greedily, and the best of a beam search. */
import { UserError } from "../config/problem.ts";
import type { PairsEncoding } from "../data/encoding.ts";
import { readSource } from "../data/typedInput.ts";
import { joinTokens } from "../data/tokens.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { Model } from "../engine/model.ts";
import { beamSearch, type Hypothesis } from "../engine/sequenceToSequence/beamSearch.ts";
import type { Translation, TranslationRequest } from "../protocol/workerContract.ts";
import { networkOf, type LoadedRun } from "./loadedRun.ts";

export interface Translations {
  readonly greedy: Translation;
  /** The best first. */
  readonly beams: readonly Translation[];
}

const mostBeams = 100;
/** What is written may be longer than any target of the data, but not without end. */
const slack = 2;

/** Throws `UserError` for a model that does not translate, and for a source that it cannot read. */
export function translate(
  loaded: LoadedRun,
  { source, beams, lengthPenalty }: Pick<TranslationRequest, "source" | "beams" | "lengthPenalty">,
  kernels: Kernels,
): Translations {
  const encoding = requirePairs(loaded);
  if (!(Number.isInteger(beams) && beams >= 1 && beams <= mostBeams)) {
    throw new UserError("translate", `${beams} is not a number of beams.`, {
      advice: `Ask for 1 to ${mostBeams}.`,
    });
  }
  if (!(lengthPenalty >= 0 && Number.isFinite(lengthPenalty))) {
    throw new UserError("translate", `${lengthPenalty} is not a length penalty.`, {
      advice: "It is a number from 0 upwards; 0.6 is usual.",
    });
  }
  const { batch } = readSource(encoding, source);
  if (batch.input.kind !== "tokens") throw new Error("Sources of pairs are tokens.");
  const { tokens } = batch.input;
  const model = networkOf(loaded, kernels);
  const maximumSteps = slack * encoding.longestTarget + 1;
  const search = (width: number): readonly Translation[] =>
    beamSearch(model, tokens, { beams: width, lengthPenalty, maximumSteps }).map((found) =>
      translationOf(found, encoding),
    );
  return { greedy: search(1)[0], beams: search(beams) };
}

/** Throws `UserError` for a run that does not translate. */
export function requirePairs({
  encoding,
  run,
}: Pick<LoadedRun, "encoding" | "run">): PairsEncoding {
  if (encoding.kind === "pairs") return encoding;
  throw new UserError("translate", `"${run.record.name}" is no encoder-decoder.`, {
    advice: 'Only a run whose data are pairs, with a model that has a "decoder", can translate.',
  });
}

/** The tokens that a network writes for a source by itself, to be traced. */
export const writtenFor = (
  model: Model,
  source: Int32Array,
  encoding: PairsEncoding,
): Int32Array => {
  const maximumSteps = slack * encoding.longestTarget + 1;
  const [{ tokens }] = beamSearch(model, source, { beams: 1, lengthPenalty: 0, maximumSteps });
  return Int32Array.from(tokens);
};

const translationOf = (
  { tokens, logProbability, score, ended }: Hypothesis,
  { target, level }: PairsEncoding,
): Translation => ({
  text: joinTokens(
    tokens.map((token) => target.tokens[token]),
    level,
  ),
  logProbability,
  score,
  ended,
});
