/**
 * A long text in blocks of some thousand tokens. What is kept of a block is where it begins: so much of the text itself is read
 * again as is needed. A block never reaches from one file into the next.
 */
import { growing } from "../growing.ts";
import { forEachSpan, type Level } from "../tokens.ts";
import type { TextParts } from "./textParts.ts";
import type { TokenNumbers } from "./tokenNumbers.ts";

export interface TextBlocks {
  readonly level: Level;
  readonly texts: readonly TextParts[];
  readonly count: number;
  /** Tokens in all, and of a block at most. */
  readonly length: number;
  readonly blockTokens: number;
  /** The first token of each block, and behind the last one their number. */
  readonly starts: Float64Array;
  /** Of each block: its file, its first byte there, and that one's line and column, from 1. */
  readonly textOf: Int32Array;
  readonly bytes: Float64Array;
  readonly lines: Int32Array;
  readonly columns: Int32Array;
  /** Whether a line break that is not in it ends each text: between two files a line always ends. */
  readonly isEnded: readonly boolean[];
}

export interface BlockReceiver {
  /** The numbers of a block's tokens, the first `count` of an array that is written again. */
  (numbers: Int32Array, count: number, block: number): void;
}

/** Reads all texts once. */
export async function readBlocks(
  texts: readonly TextParts[],
  { level, numbers }: { readonly level: Level; readonly numbers: TokenNumbers },
  blockTokens: number,
  onBlock: BlockReceiver,
): Promise<TextBlocks> {
  const [starts, bytes] = [growing(new Float64Array(64)), growing(new Float64Array(64))];
  const [textOf, lines, columns] = [
    growing(new Int32Array(64)),
    growing(new Int32Array(64)),
    growing(new Int32Array(64)),
  ];
  const isEnded: boolean[] = [];
  const waiting = new Int32Array(blockTokens);
  let inBlock = 0;
  let length = 0;

  const endBlock = (): void => {
    if (inBlock > 0) onBlock(waiting, inBlock, starts.length() - 1);
    length += inBlock;
    inBlock = 0;
  };

  for (const [index, parts] of texts.entries()) {
    const cursor = createCursor(parts);
    const beginBlock = (text: string, from: number): void => {
      cursor.moveTo(text, from);
      starts.push(length);
      textOf.push(index);
      bytes.push(cursor.bytes());
      lines.push(cursor.line());
      columns.push(cursor.column());
    };
    const takeCharacters = (text: string): void => {
      for (let offset = 0; offset < text.length;) {
        if (inBlock === 0) beginBlock(text, offset);
        const read = numbers.characters(text, offset, waiting, inBlock);
        offset = read.offset;
        inBlock = read.count;
        if (inBlock === blockTokens) endBlock();
      }
    };
    const takeWord = (text: string, from: number, to: number): void => {
      if (inBlock === 0) beginBlock(text, from);
      waiting[inBlock++] = numbers.of(text, from, to);
      if (inBlock === blockTokens) endBlock();
    };
    let rest = "";
    let endsLine = false;
    const take = (text: string): void => {
      if (level === "character") takeCharacters(text);
      else forEachSpan(text, level, (from, to) => takeWord(text, from, to));
      cursor.moveTo(text, text.length);
      cursor.next();
      if (text !== "") endsLine = /[\r\n]$/.test(text);
    };
    for await (const piece of parts.pieces()) {
      const text = rest + piece;
      const end = wholeTokens(text, rest.length, level);
      take(text.slice(0, end));
      rest = text.slice(end);
    }
    take(rest);
    const isLast = index === texts.length - 1;
    isEnded.push(!isLast && !endsLine);
    if (!isLast && !endsLine) take("\n");
    endBlock();
  }
  starts.push(length);
  return {
    level,
    texts,
    count: textOf.length(),
    length,
    blockTokens,
    starts: starts.values(),
    textOf: textOf.values(),
    bytes: bytes.values(),
    lines: lines.values(),
    columns: columns.values(),
    isEnded,
  };
}

/** How much of a text that goes on is tokens that cannot become longer; there is no blank before `from`. */
function wholeTokens(text: string, from: number, level: Level): number {
  if (level === "character") {
    // What a carriage return ends is known by what follows it.
    return text.endsWith("\r") ? text.length - 1 : text.length;
  }
  let end = text.length;
  while (end > from && !/\s/.test(text[end - 1])) end--;
  return end > from ? end : 0;
}

/** Follows where a place in the decoded text is in the file. */
function createCursor({ markBytes, isWide }: TextParts) {
  let bytes = markBytes;
  let line = 1;
  let column = 1;
  /** In the text at hand. */
  let at = 0;
  let afterReturn = false;
  return {
    moveTo(text: string, to: number): void {
      // Of a hundred million characters each comes by here.
      let [extra, lines, start, last] = [0, 0, at - column, afterReturn ? 13 : 0];
      for (let place = at; place < to; place++) {
        const unit = text.charCodeAt(place);
        if (unit >= 0x80) extra += utf8Bytes(unit) - 1;
        if (unit === 10 || unit === 13) {
          if (unit === 13 || last !== 13) lines++;
          start = place;
        }
        last = unit;
      }
      bytes += isWide ? 2 * (to - at) : to - at + extra;
      line += lines;
      column = to - start;
      afterReturn = last === 13;
      at = to;
    },
    /** What comes is another text, which goes on where this one ends. */
    next(): void {
      at = 0;
    },
    bytes: () => bytes,
    line: () => line,
    column: () => column,
  };
}

/** Of a UTF-16 unit; both halves of a pair make four together. */
function utf8Bytes(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) return 2;
  return 3;
}

/** The block in which a token is. */
export function blockAt({ starts, count }: TextBlocks, token: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= token) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Bytes of a block in its file. */
export function bytesOf(blocks: TextBlocks, block: number): readonly [from: number, to: number] {
  const { bytes, textOf, texts, count } = blocks;
  const isLast = block + 1 === count || textOf[block + 1] !== textOf[block];
  return [bytes[block], isLast ? texts[textOf[block]].bytes : bytes[block + 1]];
}

/** What was read, and the line break that ends the last block of a text that has none. */
export function endedText(blocks: TextBlocks, block: number, read: string): string {
  const { textOf, isEnded, count } = blocks;
  const isLast = block + 1 === count || textOf[block + 1] !== textOf[block];
  return isLast && isEnded[textOf[block]] ? `${read}\n` : read;
}

/** The text of a block as it is written. @throws UserError when the file has changed */
export function textOfBlock(blocks: TextBlocks, block: number): string {
  const [from, to] = bytesOf(blocks, block);
  return endedText(blocks, block, blocks.texts[blocks.textOf[block]].textOf(from, to));
}
