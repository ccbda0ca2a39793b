/** Single sequences, to look at and to step through: out of the data, or typed by a person. */
import { UserError } from "../config/problem.ts";
import type { Batch } from "../trace/batch.ts";
import { numberOf } from "./csv.ts";
import type { Dataset } from "./dataset.ts";
import { encodeNumber, type Column, type Encoding } from "./encoding.ts";
import { assemble } from "./exampleBatcher.ts";
import type { StepLabel } from "./split.ts";
import { visible } from "./tokens.ts";
import { encodeTyped, type Vocabulary } from "./vocabulary.ts";

export interface Sequence {
  readonly title: string;
  /** B = 1. Without target and weights when the answers are not known. */
  readonly batch: Batch;
  /** One for each step. */
  readonly steps: readonly StepLabel[];
}

/** Which sequence of the data; `steps` makes it shorter or longer than usual, where the data goes on. */
export interface ExampleChoice {
  readonly kind: "example";
  readonly split: "training" | "validation";
  readonly index: number;
  readonly steps?: number;
}

export interface SequenceListing {
  readonly choice: ExampleChoice;
  readonly title: string;
  readonly detail: string;
}

export function listSequences(
  dataset: Pick<Dataset, "training" | "validation">,
  split: "training" | "validation",
  offset: number,
  limit: number,
): { readonly total: number; readonly items: readonly SequenceListing[] } {
  const part = dataset[split];
  const count = Math.max(0, Math.min(limit, part.sequenceCount - offset));
  const items = Array.from({ length: count }, (_, at): SequenceListing => {
    const index = offset + at;
    return { choice: { kind: "example", split, index }, ...part.describe(index) };
  });
  return { total: part.sequenceCount, items };
}

/** @throws UserError when the data has no such sequence */
export function sequenceAt(
  dataset: Pick<Dataset, "training" | "validation">,
  choice: ExampleChoice,
): Sequence {
  const part = dataset[choice.split];
  if (!Number.isInteger(choice.index) || choice.index < 0 || choice.index >= part.sequenceCount) {
    throw new UserError(
      "no-sequence",
      `There is no ${choice.split} sequence ${choice.index + 1}: the data has ${part.sequenceCount}.`,
      {
        advice:
          part.sequenceCount === 0
            ? "Hold some data back with training.validation.share."
            : `Choose one from 1 to ${part.sequenceCount}.`,
      },
    );
  }
  const example = part.read(choice.index, choice.steps);
  const window = {
    examples: [example],
    from: 0,
    to: example.steps,
    layout: part.layout,
    carry: false,
  };
  return {
    title: part.describe(choice.index).title,
    batch: assemble({ ...window, hasLoss: true }),
    steps: part.labels(choice.index, choice.steps),
  };
}

/**
 * A sequence that a person typed: text for a model of texts; symbols, with or without blanks between them, for a synthetic task of
 * symbols; one line of numbers for each step for everything else.
 * @throws UserError for what the model cannot read, with line and column
 */
export function sequenceFromText(encoding: Encoding, text: string): Sequence {
  const title = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  switch (encoding.kind) {
    case "text":
    case "labelled-text":
      return { title, ...readTyped(encoding, text) };
    case "table":
      return { title: titleOfRows(text), ...readRows(encoding.inputs, text) };
    case "synthetic": {
      if (encoding.symbols) return { title, ...readSymbols(encoding.symbols, text) };
      const columns = (encoding.inputNames ?? []).map((name) => ({ name, mean: 0, deviation: 1 }));
      return { title: titleOfRows(text), ...readRows(columns, text) };
    }
  }
}

const titleOfRows = (text: string): string => `${text.trim().split("\n").length} typed rows`;

type Read = Pick<Sequence, "batch" | "steps">;

function readTyped(
  encoding: Extract<Encoding, { kind: "text" | "labelled-text" }>,
  text: string,
): Read {
  const { ids, written } = encodeTyped(text, encoding.vocabulary, encoding);
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

function readSymbols(symbols: readonly string[], text: string): Read {
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

function readRows(columns: readonly Column[], text: string): Read {
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
        `Line ${index + 1} has ${cells.length} numbers, but each step reads ${columns.length}.`,
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
