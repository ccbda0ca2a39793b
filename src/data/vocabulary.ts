/** Which tokens a model knows, and their numbers. */
import { UserError, type Place } from "../config/problem.ts";
import { inWords, placeIn, textFileOf } from "./files.ts";
import { forEachToken, unknownToken, visible, type Level } from "./tokens.ts";

/** JSON, saved with every run. A token's number is its position. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  /** The number of ⟨unknown⟩; absent when every token of the data is known. */
  readonly unknown?: number;
}

/**
 * The tokens that `counts` has seen, most frequent first, at most `maximum`. ⟨unknown⟩ comes first of all when some
 * token needs it: one beyond the maximum, or one that only `needsUnknown` knows of.
 * @param counts how often each of `distinct` occurs in the training part; 0 keeps it out
 */
export function buildVocabulary(
  distinct: readonly string[],
  counts: ArrayLike<number>,
  maximum = Infinity,
): { vocabulary: Vocabulary; numberOf: Int32Array } {
  const seen = distinct.map((token, id) => ({ token, id })).filter(({ id }) => counts[id] > 0);
  // Ties in the order of the alphabet, so that the order never depends on which file came first.
  seen.sort((a, b) => counts[b.id] - counts[a.id] || (a.token < b.token ? -1 : 1));
  const kept = seen.slice(0, maximum);
  const hasUnknown = kept.length < distinct.length;
  const tokens = kept.map(({ token }) => token);
  if (hasUnknown) tokens.unshift(unknownToken);
  const numberOf = new Int32Array(distinct.length);
  kept.forEach(({ id }, position) => (numberOf[id] = position + (hasUnknown ? 1 : 0)));
  return { vocabulary: hasUnknown ? { tokens, unknown: 0 } : { tokens }, numberOf };
}

/**
 * Numbers of the tokens in a text that a person typed, or wrote into a file.
 * @throws UserError naming the token and its place when the vocabulary has no ⟨unknown⟩ for it
 */
export function encodeTyped(
  text: string,
  vocabulary: Vocabulary,
  options: { level: Level; lowercase: boolean },
  placeOf: (offset: number) => Place = (offset) => placeIn(textFileOf("", text), offset),
): { ids: Int32Array; written: readonly string[]; offsets: readonly number[] } {
  const numbers = new Map(vocabulary.tokens.map((token, number) => [token, number]));
  const ids: number[] = [];
  const written: string[] = [];
  const offsets: number[] = [];
  forEachToken(text, options.level, (token, offset) => {
    const id = numbers.get(options.lowercase ? token.toLowerCase() : token) ?? vocabulary.unknown;
    if (id === undefined) throw unknownTyped(token, placeOf(offset), vocabulary, options.level);
    ids.push(id);
    written.push(token);
    offsets.push(offset);
  });
  if (ids.length === 0) {
    throw new UserError("text-empty", "There is nothing to read in this text.", {
      advice: options.level === "word" ? "Type at least one word." : "Type at least one character.",
    });
  }
  return { ids: Int32Array.from(ids), written, offsets };
}

function unknownTyped(
  token: string,
  place: Place,
  vocabulary: Vocabulary,
  level: Level,
): UserError {
  const { file, ...within } = place;
  const where = inWords(file ? place : within);
  const shown = vocabulary.tokens.slice(0, 200).map(visible);
  const known =
    level === "character" ? shown.sort().join(" ") : `${shown.slice(0, 20).join(" ")} …`;
  return new UserError(
    "token-unknown",
    `The model does not know the ${level} "${visible(token)}" at ${where}: it never occurred in its training data.`,
    { place: file ? place : within, advice: `Leave it out. It knows: ${known}` },
  );
}
