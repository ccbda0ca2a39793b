/** The one pass over a text before anything is trained: its blocks, its tokens, and what is counted of them. */
import { createTokenCounter, withoutEnd, type TokenCounts } from "../tokenCounts.ts";
import type { TokenRow } from "../tokenRow.ts";
import type { Level } from "../tokens.ts";
import { createBlockCache, createBlockRow } from "./blockRow.ts";
import { readBlocks, type TextBlocks } from "./textBlocks.ts";
import type { TextParts } from "./textParts.ts";
import { createTokenNumbers } from "./tokenNumbers.ts";

/** What of a text is in memory; the numbers of a usual one all are. */
export interface TextMemory {
  /** Files as they are, as long as there is room. */
  readonly heldBytes: number;
  /** Numbers of tokens, of which a longer text has only those that are needed. */
  readonly tokenBytes: number;
  /** Tokens that are read at once. */
  readonly blockTokens: number;
}

export const usualMemory: TextMemory = {
  heldBytes: 2 ** 23,
  tokenBytes: 2 ** 24,
  blockTokens: 2 ** 12,
};

interface ReadTokens {
  readonly blocks: TextBlocks;
  readonly distinct: readonly string[];
  readonly trained: number;
  readonly held: number;
  /** What is counted of both parts, under the numbers of `distinct`. */
  readonly counts: { readonly training: TokenCounts; readonly held: TokenCounts };
  /** The row under other numbers, below `size`. */
  numberedBy(numberOf: Int32Array, size: number): TokenRow;
}

/** Reads everything once, and counts. */
export async function readTokens(
  texts: readonly TextParts[],
  { level, lowercase }: { readonly level: Level; readonly lowercase: boolean },
  share: number,
  { tokenBytes, blockTokens }: TextMemory,
): Promise<ReadTokens> {
  const numbers = createTokenNumbers(lowercase);
  const cache = createBlockCache(tokenBytes);
  const pairs = share > 0;
  const counter = createTokenCounter({ pairs });
  const blocks = await readBlocks(texts, { level, numbers }, blockTokens, (ids, count, block) => {
    counter.add(ids, count);
    cache.put(block, ids, count);
  });
  // The last part, never a random one: neighbours in a text are too alike to be called unseen.
  const held = Math.floor(blocks.length * share);
  const trained = blocks.length - held;
  // How much is held back is only known at the end: it is counted again, and taken off.
  const row = createBlockRow(blocks, cache, numbers, undefined);
  const heldCounter = createTokenCounter({ pairs });
  const part = new Int32Array(blockTokens);
  for (let from = trained; from < blocks.length; from += blockTokens) {
    const count = Math.min(blockTokens, blocks.length - from);
    row.read(from, count, part);
    heldCounter.add(part, count);
  }
  if (held > 0) row.read(trained - 1, 1, part);
  const heldCounts = heldCounter.counts();
  return {
    blocks,
    distinct: numbers.distinct(),
    trained,
    held,
    counts: {
      training: withoutEnd(counter.counts(), heldCounts, held > 0 ? part[0] : undefined),
      held: heldCounts,
    },
    numberedBy(numberOf, size) {
      cache.renumber(numberOf, size);
      return createBlockRow(blocks, cache, numbers, numberOf);
    },
  };
}
