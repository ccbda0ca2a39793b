/**
 * Several texts as one row of token numbers, of as few bytes each as their number allows, so that a text of a hundred
 * megabytes takes a hundred megabytes. The place of a token is found again from the nearest of some anchors.
 */
import type { TokenArray } from "./tokenRow.ts";
import { forEachToken, type Level } from "./tokens.ts";

export interface TokenizedText {
  /** Every distinct token in order of first appearance; `ids` are positions in it. */
  readonly distinct: readonly string[];
  readonly ids: TokenArray;
  /** Position in `ids` at which each text begins. */
  readonly starts: readonly number[];
  /** Offset of a token in its own text. */
  offsetOf(position: number): number;
}

/** Tokens between two of which the offset is kept. */
const stride = 256;

export function tokenize(
  texts: readonly { readonly text: string }[],
  { level, lowercase }: { level: Level; lowercase: boolean },
): TokenizedText {
  const capacity = texts.reduce((sum, { text }) => sum + text.length, 0);
  const numbers = new Map<string, number>();
  let ids: TokenArray = new Uint8Array(capacity);
  const anchors = new Int32Array(Math.ceil(capacity / stride) + 1);
  const starts: number[] = [];
  let count = 0;

  const numberOf = (written: string): number => {
    const token = lowercase ? written.toLowerCase() : written;
    let id = numbers.get(token);
    if (id === undefined) {
      numbers.set(token, (id = numbers.size));
      ids = wideEnough(ids, id);
    }
    return id;
  };
  const add = (id: number, offset: number): void => {
    if (count % stride === 0) anchors[count / stride] = offset;
    ids[count++] = id;
  };
  /** One more than the number of a UTF-16 unit, once it was seen: most characters are one. */
  const known = new Int32Array(0x10000);
  const addCharacters = (text: string): void => {
    for (let offset = 0; offset < text.length; offset++) {
      const unit = text.charCodeAt(offset);
      const code = unit >= 0xd800 && unit < 0xdc00 ? (text.codePointAt(offset) ?? unit) : unit;
      if (code > 0xffff) add(numberOf(String.fromCodePoint(code)), offset++);
      else {
        if (known[unit] === 0) known[unit] = numberOf(text[offset]) + 1;
        add(known[unit] - 1, offset);
      }
    }
  };

  for (const { text } of texts) {
    starts.push(count);
    if (level === "character") addCharacters(text);
    else forEachToken(text, level, (written, offset) => add(numberOf(written), offset));
  }
  return {
    distinct: [...numbers.keys()],
    // slice, not subarray: words need far less than one entry for each character.
    ids: count < capacity / 2 ? ids.slice(0, count) : ids.subarray(0, count),
    starts,
    offsetOf(position) {
      const text = lastUpTo(starts, position);
      const anchor = position - (position % stride);
      // The anchor may lie in the text before.
      const from = Math.max(anchor, starts[text]);
      const offset = from === anchor ? anchors[anchor / stride] : 0;
      return offsetAfter(texts[text].text, offset, position - from, level);
    },
  };
}

/** The last of some ascending numbers that is no larger than `limit`. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle] <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The same numbers with room for `id`. */
function wideEnough(ids: TokenArray, id: number): TokenArray {
  if (id === 0x100) return Uint16Array.from(ids);
  return id === 0x10000 ? Int32Array.from(ids) : ids;
}

/** The offset of the token that comes `count` tokens after the one at `offset`. */
function offsetAfter(text: string, offset: number, count: number, level: Level): number {
  // Long enough for any words that people write; a longer one is looked at again with more.
  for (let length = 64 * (count + 1); ; length *= 8) {
    const part = text.slice(offset, offset + length);
    let at = -1;
    let seen = 0;
    let end = 0;
    forEachToken(part, level, (token, place) => {
      if (seen === count) {
        at = place;
        end = place + token.length;
      }
      seen++;
    });
    // A token that ends where the part does may go on behind it.
    const isWhole = at >= 0 && (end < part.length || level === "character");
    if (isWhole || offset + length >= text.length) return offset + Math.max(0, at);
  }
}
