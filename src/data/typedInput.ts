/** What a person typed → one sequence, B = 1. Mistakes are named with line and column in what was typed. */
import { UserError } from "../config/problem.ts";
import { encodeNumber, type Column, type Encoding, type TextClasses } from "./encoding.ts";
import { numberOf } from "./numbers.ts";
import type { Sequence } from "./sequences.ts";
import type { StepLabel } from "./split.ts";
import { visible } from "./tokens.ts";
import { encodeTyped, type Vocabulary } from "./vocabulary.ts";
import { counted } from "./wording.ts";

/** One sequence of what was typed; without a title when there is nothing better than the text itself. */
type Read = Pick<Sequence, "batch" | "steps">;

/** For a language model every token is the answer to the one before it; a classifier's answer is not known. */
export function readText(
  encoding: Extract<Encoding, { kind: "text" | "labelled-text" }>,
  text: string,
): Read {
  const { ids, written } =
    encoding.kind === "text" && encoding.classes
      ? encodeOfClass(text, encoding, encoding.classes)
      : encodeTyped(text, encoding.vocabulary, encoding);
  if (encoding.kind === "labelled-text") {
    const limit = encoding.maximumLength;
    return tokensOf(ids.subarray(0, limit), written.slice(0, limit), encoding.vocabulary);
  }
  const read = tokensOf(ids, written, encoding.vocabulary);
  if (ids.length === 1) return read;
  // Each token is the answer to the one before it; what follows the last one is not known.
  const classes = new Int32Array(ids.length);
  classes.set(ids.subarray(1));
  const weights = new Float32Array(ids.length).fill(1, 0, ids.length - 1);
  const steps = read.steps.map((step, t) =>
    t + 1 < ids.length ? { ...step, target: read.steps[t + 1].input } : step,
  );
  return { batch: { ...read.batch, target: { kind: "classes", classes }, weights }, steps };
}

/** A text of a class begins with its name and a colon, `spam: buy now`; without one it is read as one of none. */
function encodeOfClass(
  text: string,
  { vocabulary, level, lowercase }: Extract<Encoding, { kind: "text" }>,
  { labels, first }: TextClasses,
): { readonly ids: Int32Array; readonly written: readonly string[] } {
  const index = labels.findIndex((label) => text.startsWith(`${label}:`));
  if (index < 0) return encodeTyped(text, vocabulary, { level, lowercase });
  const own = text.slice(labels[index].length + 1).trimStart();
  const begin = first + index;
  const name = vocabulary.tokens[begin];
  if (own === "") return { ids: Int32Array.of(begin), written: [name] };
  const { ids, written } = encodeTyped(own, vocabulary, { level, lowercase });
  return { ids: Int32Array.of(begin, ...ids), written: [name, ...written] };
}

/** A source for an encoder-decoder; what is written for it is the network's to say. */
export function readSource(
  { source, level, lowercase, maximumLength }: Extract<Encoding, { kind: "pairs" }>,
  text: string,
): Read {
  const { ids, written } = encodeTyped(text, source, { level, lowercase });
  return tokensOf(ids.subarray(0, maximumLength), written.slice(0, maximumLength), source);
}

function tokensOf(ids: Int32Array, written: readonly string[], vocabulary: Vocabulary): Read {
  return {
    batch: {
      steps: ids.length,
      size: 1,
      lengths: Int32Array.of(ids.length),
      input: { kind: "tokens", tokens: ids },
      carry: false,
    },
    steps: Array.from(ids, (id, t): StepLabel => ({
      // What was typed, and what the model takes it for when that is something else.
      input:
        id === vocabulary.unknown
          ? `${visible(written[t])} ${vocabulary.tokens[id]}`
          : visible(vocabulary.tokens[id]),
    })),
  };
}

/** Symbols of a synthetic task; blanks and line breaks between them do not count. */
export function readSymbols(symbols: readonly string[], text: string): Read {
  const vocabulary = { tokens: symbols };
  const ids: number[] = [];
  let offset = 0;
  for (const character of text) {
    if (character.trim() !== "") {
      const id = symbols.indexOf(character);
      if (id < 0) {
        const before = text.slice(0, offset);
        const place = {
          line: before.split("\n").length,
          column: offset - before.lastIndexOf("\n"),
        };
        throw new UserError(
          "token-unknown",
          `The task has no symbol "${visible(character)}", at line ${place.line}, column ${place.column}.`,
          { place, advice: `Its symbols are ${symbols.join(" ")}.` },
        );
      }
      ids.push(id);
    }
    offset += character.length;
  }
  if (ids.length === 0) throw nothingTyped(`some of the symbols ${symbols.join(" ")}`);
  return tokensOf(Int32Array.from(ids), symbols, vocabulary);
}

/** One line of numbers for each step, in the data's own units; a first line with the columns' names is skipped. */
export function readRows(columns: readonly Column[], text: string): Sequence {
  const values: number[] = [];
  const steps: StepLabel[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const cells = [...line.matchAll(/[^\s,;]+/g)];
    const isHeader = steps.length === 0 && cells.every((cell, at) => cell[0] === columns[at]?.name);
    if (isHeader) return;
    if (cells.length !== columns.length) {
      throw new UserError(
        "row-length",
        `Line ${index + 1} has ${counted(cells.length, "number")}, but each step reads ${columns.length}.`,
        {
          place: { line: index + 1 },
          advice: `Type ${columns.map(({ name }) => name).join(", ")} in each line, separated by blanks or commas.`,
        },
      );
    }
    const numbers = cells.map((cell, at) => {
      const value = numberOf(cell[0]);
      if (value !== undefined) return value;
      throw new UserError(
        "csv-number",
        `Line ${index + 1}, column ${cell.index + 1}: "${cell[0]}" is not a number.`,
        {
          place: { line: index + 1, column: cell.index + 1 },
          advice: `It stands where "${columns[at].name}" belongs.`,
        },
      );
    });
    values.push(...numbers.map((value, at) => encodeNumber(value, columns[at])));
    steps.push({
      input: `row ${steps.length + 1}`,
      inputValues: numbers.map((value, at) => ({ name: columns[at].name, value })),
    });
  });
  if (steps.length === 0)
    throw nothingTyped(`one line for each step: ${columns.map(({ name }) => name).join(", ")}`);
  const input = { kind: "dense", values: Float32Array.from(values) } as const;
  return {
    title: counted(steps.length, "typed row"),
    batch: {
      steps: steps.length,
      size: 1,
      lengths: Int32Array.of(steps.length),
      input,
      carry: false,
    },
    steps,
  };
}

const nothingTyped = (what: string): UserError =>
  new UserError("text-empty", "There is nothing to read.", { advice: `Type ${what}.` });
