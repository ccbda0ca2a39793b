/**
 * The tokens of a long text as one row, of which only so many are in memory as have room. A text that fits is never read again. Of a
 * longer one, the blocks that were not asked for the longest make room for those that are read; what is expected is read in the
 * background, and at once where it has not come in time.
 */
import type { TokenArray, TokenRow } from "../tokenRow.ts";
import { forEachSpan } from "../tokens.ts";
import { blockAt, bytesOf, endedText, textOfBlock, type TextBlocks } from "./textBlocks.ts";
import { changed } from "./textParts.ts";
import type { TokenNumbers } from "./tokenNumbers.ts";

export interface BlockCache {
  /** Keeps a block. */
  put(block: number, numbers: Int32Array, count: number): void;
  get(block: number): TokenArray | undefined;
  /** Of every block: number n becomes `numberOf[n]`, below `size`. */
  renumber(numberOf: Int32Array, size: number): void;
}

/** `bytes` is what all blocks may take. */
export function createBlockCache(bytes: number): BlockCache {
  // In the order in which they were last asked for.
  const kept = new Map<number, TokenArray>();
  let used = 0;
  const keep = (block: number, tokens: TokenArray): void => {
    kept.set(block, tokens);
    used += tokens.byteLength;
  };
  /** One that is let go, if there has to be one and it is of this size. */
  const makeRoom = (wanted: number): TokenArray | undefined => {
    let freed: TokenArray | undefined;
    for (const [block, tokens] of kept) {
      if (used + wanted <= bytes) break;
      kept.delete(block);
      used -= tokens.byteLength;
      freed = tokens;
    }
    return freed?.byteLength === wanted ? freed : undefined;
  };
  return {
    put(block, numbers, count) {
      let largest = 0;
      for (let at = 0; at < count; at++) if (numbers[at] > largest) largest = numbers[at];
      const width = bytesFor(largest);
      const old = makeRoom(count * width);
      const tokens = old?.BYTES_PER_ELEMENT === width ? old : createTokens(width, count);
      tokens.set(count < numbers.length ? numbers.subarray(0, count) : numbers);
      keep(block, tokens);
    },
    get(block) {
      const tokens = kept.get(block);
      // While there is room, nobody goes, and the order is nobody's concern.
      if (tokens && used > bytes / 2) {
        kept.delete(block);
        kept.set(block, tokens);
      }
      return tokens;
    },
    renumber(numberOf, size) {
      const width = bytesFor(size - 1);
      for (const [block, old] of kept) {
        const tokens = old.BYTES_PER_ELEMENT === width ? old : createTokens(width, old.length);
        for (let at = 0; at < old.length; at++) tokens[at] = numberOf[old[at]];
        used += tokens.byteLength - old.byteLength;
        kept.set(block, tokens);
      }
    },
  };
}

const bytesFor = (largest: number): 1 | 2 | 4 => (largest < 0x100 ? 1 : largest < 0x10000 ? 2 : 4);

function createTokens(width: 1 | 2 | 4, count: number): TokenArray {
  if (width === 1) return new Uint8Array(count);
  return width === 2 ? new Uint16Array(count) : new Int32Array(count);
}

/** Blocks that are read in the background at a time. */
const mostAsked = 256;

/** `numberOf`: what each of `numbers` is called in the end. */
export function createBlockRow(
  blocks: TextBlocks,
  cache: BlockCache,
  numbers: TokenNumbers,
  numberOf: Int32Array | undefined,
): TokenRow {
  const asked = new Set<number>();
  // With room for one too many, which then shows.
  const found = new Int32Array(blocks.blockTokens + 1);
  const known = numbers.distinct().length;

  const numbersIn = (text: string, into: Int32Array): number => {
    if (blocks.level === "character") {
      const { offset, count } = numbers.characters(text, 0, into, 0);
      return offset === text.length ? count : Infinity;
    }
    let count = 0;
    forEachSpan(text, "word", (from, to) => (into[count++] = numbers.of(text, from, to)));
    return count;
  };

  const keep = (block: number, text: string): void => {
    const wanted = blocks.starts[block + 1] - blocks.starts[block];
    const count = numbersIn(text, found);
    const isOther = found.subarray(0, count).some((number) => number >= known);
    if (count !== wanted || isOther) throw changed(pathOf(blocks, block));
    if (numberOf) for (let at = 0; at < count; at++) found[at] = numberOf[found[at]];
    cache.put(block, found, count);
  };
  const ask = async (block: number): Promise<void> => {
    asked.add(block);
    try {
      const [from, to] = bytesOf(blocks, block);
      const text = await blocks.texts[blocks.textOf[block]].ask(from, to);
      if (!cache.get(block)) keep(block, endedText(blocks, block, text));
    } catch {
      // Whoever needs it hears why it cannot be read.
    } finally {
      asked.delete(block);
    }
  };
  const expectBlock = (block: number): void => {
    if (asked.size < mostAsked && !asked.has(block) && !cache.get(block)) void ask(block);
  };
  const tokensOf = (block: number): TokenArray => {
    const kept = cache.get(block);
    if (kept) return kept;
    keep(block, textOfBlock(blocks, block));
    const read = cache.get(block);
    if (!read) throw new Error(`There is no room for block ${block}.`);
    return read;
  };

  return {
    length: blocks.length,
    read(from, count, into) {
      const { starts } = blocks;
      let block = blockAt(blocks, from);
      for (let written = 0; written < count; block++) {
        const tokens = tokensOf(block);
        const first = from + written - starts[block];
        const taken = Math.min(count - written, tokens.length - first);
        for (let at = 0; at < taken; at++) into[written + at] = tokens[first + at];
        written += taken;
      }
    },
    expect(from, count) {
      const last = blockAt(blocks, from + count - 1);
      for (let block = blockAt(blocks, from); block <= last; block++) expectBlock(block);
    },
    follow(from) {
      const next = blockAt(blocks, from) + 1;
      if (next < blocks.count) expectBlock(next);
    },
  };
}

const pathOf = ({ texts, textOf }: TextBlocks, block: number): string => texts[textOf[block]].path;
