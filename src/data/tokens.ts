/** Text → tokens, each with its place in the text; and back. */
export type Level = "character" | "word";

/** Stands for every token that the vocabulary leaves out. */
export const unknownToken = "⟨unknown⟩";

/**
 * A word with its apostrophes and hyphens, a number with its points, or any other single character that is not
 * white space. Letters and marks of every script count.
 */
const wordPattern =
  /[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*(?:['’-][\p{L}\p{M}\p{N}]+)*|\p{N}+(?:[.,]\p{N}+)*|\S/gu;

/** Calls `onToken` for each token of a text: a Unicode code point, or a word or punctuation mark. */
export function forEachToken(
  text: string,
  level: Level,
  onToken: (token: string, offset: number) => void,
): void {
  if (level === "word") {
    for (const match of text.matchAll(wordPattern)) onToken(match[0], match.index);
    return;
  }
  let offset = 0;
  for (const character of text) {
    onToken(character, offset);
    offset += character.length;
  }
}

/** UTF-16 units of the token that begins at `offset`. */
export function tokenLength(text: string, offset: number, level: Level): number {
  if (level === "character") return (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  const pattern = new RegExp(wordPattern.source, "uy");
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0].length ?? 1;
}

/** Tokens as readable text: characters as they are, words with blanks where English has them. */
export function joinTokens(tokens: readonly string[], level: Level): string {
  if (level === "character") return tokens.join("");
  let text = "";
  let glue = true;
  for (const token of tokens) {
    const clings = /^[.,;:!?)\]}’”…%]+$/u.test(token);
    text += glue || clings ? token : ` ${token}`;
    glue = /^[([{“‘$#@]+$/u.test(token);
  }
  return text;
}

const visibleForms: Readonly<Record<string, string>> = {
  " ": "␣",
  "\n": "⏎",
  "\t": "⇥",
  "\u00a0": "⍽",
};

/** A token as a label: blanks, line breaks and control characters made visible. */
export function visible(token: string): string {
  if (Object.hasOwn(visibleForms, token)) return visibleForms[token];
  return token.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
    (character) =>
      `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}
