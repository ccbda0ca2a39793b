/**
 * Byte-pair encoding (Sennrich et al. 2016): a word begins as characters, or bytes, and the pair that was merged first in
 * training is merged first, until no known pair is left.
 */
export interface BytePairs {
  readonly numbers: ReadonlyMap<string, number>;
  /** Rank of each pair, the two parts with a line break between them; a smaller one is merged earlier. */
  readonly ranks: ReadonlyMap<string, number>;
}

export const pairKey = (left: string, right: string): string => `${left}\n${right}`;

/** The parts that a word ends in. They are the whole word again when joined. */
export function mergePairs(word: string, ranks: BytePairs["ranks"]): readonly string[] {
  const parts = Array.from(word);
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let index = 0; index + 1 < parts.length; index++) {
      const rank = ranks.get(pairKey(parts[index], parts[index + 1])) ?? Infinity;
      if (rank < best) [best, at] = [rank, index];
    }
    if (at < 0) return parts;
    parts.splice(at, 2, parts[at] + parts[at + 1]);
  }
}

/** GPT-2's way to write any byte as a character that can be seen: printable ones as they are, others from U+0100 on. */
const characterOfByte: readonly string[] = (() => {
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(isPrintable ? byte : 256 + moved++);
  });
})();

export const asByteCharacters = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => characterOfByte[byte]).join("");

const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  characterOfByte.map((character, byte) => [character, byte]),
);

/** The text that byte characters stand for; part of a letter shows as �. */
export const fromByteCharacters = (characters: string): string =>
  new TextDecoder().decode(
    Uint8Array.from(characters, (character) => byteOfCharacter.get(character) ?? 0x3f),
  );
