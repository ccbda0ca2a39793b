/** Where each token of a long text stands in the person's files, and the text around it. */
import type { TextPlace } from "../split.ts";
import { forEachSpan, tokenLength } from "../tokens.ts";
import { blockAt, textOfBlock, type TextBlocks } from "./textBlocks.ts";

export interface BlockPlaces {
  /** Of a token, by its number in the whole text. */
  placeOf(token: number): TextPlace;
  /** The text as it was written from token `start` up to `end`, as far as they are in the same file. */
  excerpt(start: number, end: number): string;
}

/** How much is shown where the end lies in another file. */
const excerptLength = 400;

interface ReadBlock {
  readonly block: number;
  readonly text: string;
  /** Of each token: its offset in `text`. */
  readonly offsets: Int32Array;
  readonly lines: Int32Array;
  readonly columns: Int32Array;
}

export function createBlockPlaces(blocks: TextBlocks): BlockPlaces {
  // Neighbours are asked for one after the other.
  let kept: ReadBlock | undefined;
  const blockOf = (token: number): ReadBlock => {
    const block = blockAt(blocks, token);
    if (kept?.block !== block) kept = readBlock(blocks, block);
    return kept;
  };

  return {
    placeOf(token) {
      const { block, text, offsets, lines, columns } = blockOf(token);
      const at = token - blocks.starts[block];
      return {
        file: blocks.texts[blocks.textOf[block]].path,
        line: lines[at],
        column: columns[at],
        length: tokenLength(text, offsets[at], blocks.level),
      };
    },
    excerpt(start, end) {
      const { starts, textOf, length } = blocks;
      const first = blockOf(start);
      const from = first.offsets[start - starts[first.block]];
      const stops = end < length && textOf[blockAt(blocks, end)] === textOf[first.block];
      const last = stops ? blockAt(blocks, end) : blocks.count - 1;
      let text = first.text;
      for (let block = first.block + 1; block <= last; block++) {
        if (textOf[block] !== textOf[first.block]) break;
        if (!stops && text.length >= from + excerptLength) break;
        if (block < last || !stops) text += textOfBlock(blocks, block);
      }
      if (!stops) return text.slice(from, from + excerptLength);
      const { block, text: lastText, offsets } = blockOf(end);
      const until = offsets[end - starts[block]];
      return block === first.block
        ? text.slice(from, until)
        : text.slice(from) + lastText.slice(0, until);
    },
  };
}

function readBlock(blocks: TextBlocks, block: number): ReadBlock {
  const text = textOfBlock(blocks, block);
  const count = blocks.starts[block + 1] - blocks.starts[block];
  const [offsets, lines, columns] = Array.from({ length: 3 }, () => new Int32Array(count));
  let line = blocks.lines[block];
  let column = blocks.columns[block];
  let at = 0;
  let token = 0;
  forEachSpan(text, blocks.level, (from) => {
    for (; at < from; at++) {
      const unit = text.charCodeAt(at);
      const endsLine = unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10);
      line += endsLine ? 1 : 0;
      column = endsLine ? 1 : column + 1;
    }
    offsets[token] = from;
    lines[token] = line;
    columns[token++] = column;
  });
  return { block, text, offsets, lines, columns };
}
