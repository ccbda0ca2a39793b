/** Windows over a long text, which follow on each other, and the place of every token in the person's files. */
import type { BlockPlaces } from "./longText/blockPlaces.ts";
import type { TextBlocks } from "./longText/textBlocks.ts";
import type { Layout, Split, StepLabel } from "./split.ts";
import { partOf, type TokenRow } from "./tokenRow.ts";
import { visible } from "./tokens.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface NumberedText {
  readonly blocks: TextBlocks;
  readonly places: BlockPlaces;
  /** All of them, in one row. */
  readonly tokens: TokenRow;
  readonly vocabulary: Vocabulary;
}

/** A part of the text, `[from, to)` in tokens; its sequences are windows that follow on each other. */
export function createTextSplit(
  { places, tokens, vocabulary }: NumberedText,
  [from, to]: readonly [number, number],
  window: number,
): Split {
  const stream = partOf(tokens, from, to);
  const predictions = Math.max(0, stream.length - 1);
  const steps = Math.min(window, predictions);
  const size = vocabulary.tokens.length;
  const layout: Layout = {
    input: { kind: "tokens", vocabulary: size },
    output: { kind: "classes", size, at: "each-step" },
  };
  const range = (index: number, wanted = steps): [start: number, end: number] => {
    const start = index * steps;
    return [start, Math.min(start + Math.max(1, wanted), predictions)];
  };
  /** The tokens of a range, and the one that follows. */
  const numbers = (start: number, end: number): Int32Array => {
    const found = new Int32Array(end - start + 1);
    stream.read(start, found.length, found);
    return found;
  };
  const label = (token: number): string => visible(vocabulary.tokens[token]);
  return {
    layout,
    stream,
    steps,
    sequenceCount: steps === 0 ? 0 : Math.ceil(predictions / steps),
    read(index, wanted) {
      const [start, end] = range(index, wanted);
      const read = numbers(start, end);
      return {
        steps: end - start,
        input: read.subarray(0, end - start),
        target: read.subarray(1),
        weights: new Float32Array(end - start).fill(1),
      };
    },
    describe(index) {
      const [start, end] = range(index, Math.min(steps, 60));
      const place = places.placeOf(from + start);
      const title = places.excerpt(from + start, from + end);
      return {
        title: title.replaceAll(/\s+/g, " ").trim() || "⏎",
        detail: `${place.file}, line ${place.line}`,
      };
    },
    labels(index, wanted) {
      const [start, end] = range(index, wanted);
      const read = numbers(start, end);
      return Array.from({ length: end - start }, (_, t): StepLabel => ({
        input: label(read[t]),
        target: label(read[t + 1]),
        place: places.placeOf(from + start + t),
      }));
    },
  };
}
