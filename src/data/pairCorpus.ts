/** Pairs of texts as numbers: what a data set of them is read from. */
import type { Place } from "../config/problem.ts";
import type { TextPlace } from "./split.ts";
import type { TokenizedText } from "./tokenizedText.ts";
import type { Level } from "./tokens.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface TextPair {
  readonly source: string;
  readonly target: string;
  /** Where the source stands, when it comes from a file. */
  readonly place?: Required<Place>;
  readonly placeOf?: (offset: number, length: number) => TextPlace;
}

/** One side of all pairs as numbers. */
export interface Side extends TokenizedText {
  readonly vocabulary: Vocabulary;
  readonly tokens: Int32Array;
  /** Tokens that are used of each text. */
  readonly lengths: Int32Array;
}

export interface PairCorpus {
  readonly pairs: readonly TextPair[];
  readonly source: Side;
  readonly target: Side;
  readonly level: Level;
}

export const tokensOf = ({ tokens, starts, lengths }: Side, index: number): Int32Array =>
  tokens.subarray(starts[index], starts[index] + lengths[index]);
