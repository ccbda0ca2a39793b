/** Single sequences, to look at and to step through: out of the data, or typed by a person. */
import { UserError } from "../config/problem.ts";
import type { Batch } from "../trace/batch.ts";
import { assemble } from "./assemble.ts";
import type { Dataset } from "./dataset.ts";
import type { Encoding } from "./encoding.ts";
import type { StepLabel } from "./split.ts";
import { readRows, readSource, readSymbols, readText } from "./typedInput.ts";

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
    lossFrom: 0,
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
      return { title, ...readText(encoding, text) };
    case "pairs":
      return { title, ...readSource(encoding, text) };
    case "table":
    case "labelled-frames":
      return readRows(encoding.inputs, text);
    case "synthetic": {
      if (encoding.symbols) return { title, ...readSymbols(encoding.symbols, text) };
      const columns = (encoding.inputNames ?? []).map((name) => ({ name, mean: 0, deviation: 1 }));
      return readRows(columns, text);
    }
  }
}
