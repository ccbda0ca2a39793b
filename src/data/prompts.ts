/** Text in and out of a language model that goes on writing. */
import { UserError } from "../config/problem.ts";
import type { Encoding, TextEncoding } from "./encoding.ts";
import { joinTokens } from "./tokens.ts";
import { encodeTyped } from "./vocabulary.ts";

/**
 * The tokens of a prompt; for an empty one the most frequent token, since a network has to read something before it writes.
 * @throws UserError for a model that does not write text, and for what it cannot read
 */
export function encodePrompt(
  encoding: Encoding,
  prompt: string,
): { readonly tokens: Int32Array; readonly encoding: TextEncoding } {
  if (encoding.kind !== "text") {
    throw new UserError(
      "no-text",
      "Only a language model can write: this one was trained on something else.",
      { path: ["data", "kind"] },
    );
  }
  const { vocabulary } = encoding;
  if (prompt.trim() === "" && (encoding.level === "word" || prompt === "")) {
    const first = vocabulary.unknown === 0 ? 1 : 0;
    return { tokens: Int32Array.of(Math.min(first, vocabulary.tokens.length - 1)), encoding };
  }
  return { tokens: encodeTyped(prompt, vocabulary, encoding).ids, encoding };
}

/** What a row of tokens says. */
export const textOfTokens = (
  { vocabulary, level }: TextEncoding,
  tokens: ArrayLike<number>,
): string =>
  joinTokens(
    Array.from(tokens, (token) => vocabulary.tokens[token]),
    level,
  );
