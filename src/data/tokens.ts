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
    forEachWord(text, (from, to) => onToken(text.slice(from, to), from));
    return;
  }
  let offset = 0;
  for (const character of text) {
    onToken(character, offset);
    offset += character.length;
  }
}

/**
 * Where each token of a text begins and ends whose lines may end in \n, \r\n or \r; each of these is one token at the level of
 * characters.
 */
export function forEachSpan(
  text: string,
  level: Level,
  onSpan: (from: number, to: number) => void,
): void {
  if (level === "word") {
    forEachWord(text, onSpan);
    return;
  }
  for (let at = 0; at < text.length;) {
    const end = characterEnd(text, at);
    onSpan(at, end);
    at = end;
  }
}

/** Where the character at `from` ends. */
export function characterEnd(text: string, from: number): number {
  const unit = text.charCodeAt(from);
  if (unit === returnUnit) return text.charCodeAt(from + 1) === feedUnit ? from + 2 : from + 1;
  if (unit < 0xd800 || unit >= 0xdc00) return from + 1;
  const next = text.charCodeAt(from + 1);
  return next >= 0xdc00 && next < 0xe000 ? from + 2 : from + 1;
}

const feedUnit = 10;
const returnUnit = 13;

/** Kinds of ASCII characters, of which most texts are: without the pattern they are read five times as fast. */
const [digit, letter, underscore, blank] = [1, 2, 4, 8];
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\s/.test(character)) return blank;
  if (/[A-Za-z]/.test(character)) return letter;
  if (character === "_") return underscore;
  return /[0-9]/.test(character) ? digit : 0;
});

function forEachWord(text: string, onSpan: (from: number, to: number) => void): void {
  const pattern = new RegExp(wordPattern.source, "uy");
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    let end = unit < 128 ? plainTokenEnd(text, at, kinds[unit]) : undefined;
    if (end === undefined) {
      pattern.lastIndex = at;
      end = pattern.test(text) ? pattern.lastIndex : at;
    }
    if (end > at) onSpan(at, end);
    at = Math.max(end, at + 1);
  }
}

/** Where the token at `from` ends by `wordPattern`: `from` for a blank, undefined where more than ASCII has to be known. */
function plainTokenEnd(text: string, from: number, kind: number): number | undefined {
  if (kind === blank) return from;
  if (kind === 0) return from + 1;
  const isNumber = kind === digit;
  let end = runEnd(text, from + 1, isNumber ? digit : digit | letter | underscore);
  for (;;) {
    if (end === text.length) return end;
    const unit = text.charCodeAt(end);
    if (unit > 127) return undefined;
    const joins = isNumber ? unit === 0x2c || unit === 0x2e : unit === 0x27 || unit === 0x2d;
    if (!joins) return end;
    const next = runEnd(text, end + 1, isNumber ? digit : digit | letter);
    if (next === end + 1)
      return next < text.length && text.charCodeAt(next) > 127 ? undefined : end;
    end = next;
  }
}

/** The first place from `at` on whose character is of none of these kinds. */
function runEnd(text: string, at: number, wanted: number): number {
  let end = at;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit > 127 || (kinds[unit] & wanted) === 0) break;
  }
  return end;
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
