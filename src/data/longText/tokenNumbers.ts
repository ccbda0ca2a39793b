/** Tokens as they are written → numbers, in the order in which they first appeared. */
import { characterEnd } from "../tokens.ts";

export interface TokenNumbers {
  /** The number of the token `text[from, to)`; one that was not seen before gets the next one. */
  of(text: string, from: number, to: number): number;
  /**
   * Writes the numbers of the characters from `text[from]` on into `into` from `at` on, as far as one of them has room, and
   * answers where it stopped.
   */
  characters(text: string, from: number, into: Int32Array, at: number): CharactersRead;
  /** Every token, at its number. */
  distinct(): readonly string[];
}

export interface CharactersRead {
  /** In the text. */
  readonly offset: number;
  /** In the numbers. */
  readonly count: number;
}

export function createTokenNumbers(lowercase: boolean): TokenNumbers {
  const numbers = new Map<string, number>();
  /**
   * One more than the number of a UTF-16 unit, once it was seen: most characters are one. Zero for a carriage return and for
   * halves of pairs, which what follows decides.
   */
  const ofUnit = new Int32Array(0x10000);

  const numberOf = (written: string): number => {
    const token = lowercase ? written.toLowerCase() : written;
    const known = numbers.get(token);
    if (known !== undefined) return known;
    numbers.set(copyOf(token), numbers.size);
    return numbers.size - 1;
  };

  const of = (text: string, from: number, to: number): number => {
    const unit = text.charCodeAt(from);
    if (unit === carriageReturn) return numberOf("\n");
    if (to - from > 1) return numberOf(text.slice(from, to));
    if (isHalf(unit)) return numberOf(text[from]);
    if (ofUnit[unit] === 0) ofUnit[unit] = numberOf(text[from]) + 1;
    return ofUnit[unit] - 1;
  };

  return {
    of,
    characters(text, from, into, at) {
      let offset = from;
      let count = at;
      while (count < into.length && offset < text.length) {
        const known = ofUnit[text.charCodeAt(offset)];
        if (known > 0) {
          into[count++] = known - 1;
          offset++;
        } else {
          const end = characterEnd(text, offset);
          into[count++] = of(text, offset, end);
          offset = end;
        }
      }
      return { offset, count };
    },
    distinct: () => [...numbers.keys()],
  };
}

const carriageReturn = 13;
const isHalf = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;

/** A part of a string would keep the whole alive that it was cut from. */
function copyOf(token: string): string {
  if (token.length < 13) return token;
  let copy = "";
  for (let at = 0; at < token.length; at++) copy += String.fromCharCode(token.charCodeAt(at));
  return copy;
}
