/** Windows over a long text, which follow on each other, and the place of every token in the person's files. */
import { placeIn, type TextFile } from "./files.ts";
import type { Layout, Split, StepLabel, TextPlace } from "./split.ts";
import type { TokenArray, TokenizedText } from "./tokenizedText.ts";
import { tokenLength, visible, type Level } from "./tokens.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface NumberedText {
  readonly sources: readonly TextFile[];
  readonly tokenized: TokenizedText;
  /** All of them, in one row. */
  readonly tokens: TokenArray;
  readonly vocabulary: Vocabulary;
  readonly level: Level;
}

/** A part of the text, `[from, to)` in tokens; its sequences are windows that follow on each other. */
export function createTextSplit(
  text: NumberedText,
  [from, to]: readonly [number, number],
  window: number,
): Split {
  const { vocabulary, tokens } = text;
  const stream = tokens.subarray(from, to);
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
  const label = (token: number): string => visible(vocabulary.tokens[token]);
  return {
    layout,
    stream,
    steps,
    sequenceCount: steps === 0 ? 0 : Math.ceil(predictions / steps),
    read(index, wanted) {
      const [start, end] = range(index, wanted);
      return {
        steps: end - start,
        input: stream.subarray(start, end),
        target: stream.subarray(start + 1, end + 1),
        weights: new Float32Array(end - start).fill(1),
      };
    },
    describe(index) {
      const [start, end] = range(index, Math.min(steps, 60));
      const place = placeOf(text, from + start);
      const title = excerpt(text, from + start, from + end);
      return {
        title: title.replaceAll(/\s+/g, " ").trim() || "⏎",
        detail: `${place.file}, line ${place.line}`,
      };
    },
    labels(index, wanted) {
      const [start, end] = range(index, wanted);
      return Array.from({ length: end - start }, (_, t): StepLabel => ({
        input: label(stream[start + t]),
        target: label(stream[start + t + 1]),
        place: placeOf(text, from + start + t),
      }));
    },
  };
}

/** The text as it was written, of the tokens `[start, end)` as far as they are in the same file. */
function excerpt({ sources, tokenized }: NumberedText, start: number, end: number): string {
  const { starts, ids } = tokenized;
  const file = starts.findLastIndex((first) => first <= start);
  const from = tokenized.offsetOf(start);
  const stops = end < ids.length && end < (starts[file + 1] ?? Infinity);
  return sources[file].text.slice(from, stops ? tokenized.offsetOf(end) : from + 400);
}

/** Where a token, counted from the beginning of the whole text, stands in the person's files. */
function placeOf({ sources, tokenized, level }: NumberedText, position: number): TextPlace {
  const { starts } = tokenized;
  const file = sources[starts.findLastIndex((start) => start <= position)];
  const offset = tokenized.offsetOf(position);
  return { ...placeIn(file, offset), length: tokenLength(file.text, offset, level) };
}
