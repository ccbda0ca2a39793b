import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { describeOutput } from "../../../src/data/describeOutput.ts";
import type { Encoding } from "../../../src/data/encoding.ts";
import { listSequences, sequenceAt, sequenceFromText } from "../../../src/data/sequences.ts";
import { createTask } from "../../../src/data/synthetic/synthetic.ts";
import { load, tokensOf, valuesOf } from "./builders.ts";

const letters: Encoding = {
  kind: "text",
  level: "character",
  lowercase: false,
  vocabulary: { tokens: ["a", "b", "\n"] },
};
const words: Encoding = {
  kind: "text",
  level: "word",
  lowercase: true,
  vocabulary: { tokens: ["⟨unknown⟩", "the", "sea"], unknown: 0 },
};
const mail: Encoding = {
  kind: "labelled-text",
  level: "word",
  lowercase: true,
  maximumLength: 2,
  vocabulary: words.vocabulary,
  labels: ["ham", "spam"],
};
const table: Encoding = {
  kind: "table",
  inputs: [
    { name: "wind", mean: 2, deviation: 4 },
    { name: "rain", mean: 0, deviation: 1 },
  ],
  targets: [{ name: "rain", mean: 0, deviation: 1 }],
  horizon: 1,
  shape: "many-to-many",
};
const parity = createTask({ task: "parity", length: 5 }).encoding;
const adding = createTask({ task: "adding", length: 5 }).encoding;

function refused(encoding: Encoding, text: string): UserError {
  try {
    sequenceFromText(encoding, text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("It was read.");
}

describe("a typed sequence", () => {
  it("for a language model predicts each token from those before it; what follows the last is not known", () => {
    const { batch, steps } = sequenceFromText(letters, "ab\n");
    expect(tokensOf(batch)).toEqual([[0, 1, 2]]);
    expect(batch.target).toEqual({ kind: "classes", classes: Int32Array.of(1, 2, 0) });
    expect(batch.weights).toEqual(Float32Array.of(1, 1, 0));
    expect(steps).toEqual([
      { input: "a", target: "b" },
      { input: "b", target: "⏎" },
      { input: "⏎" },
    ]);
  });

  it("may be a single token, which has nothing to predict", () => {
    const { batch, steps } = sequenceFromText(letters, "b");
    expect(batch).toEqual({
      steps: 1,
      size: 1,
      lengths: Int32Array.of(1),
      input: { kind: "tokens", tokens: Int32Array.of(1) },
      carry: false,
    });
    expect(steps).toEqual([{ input: "b" }]);
  });

  it("shows what was typed where the model reads ⟨unknown⟩", () => {
    const { batch, steps } = sequenceFromText(words, "The whale");
    expect(tokensOf(batch)).toEqual([[1, 0]]);
    expect(steps[1].input).toBe("whale ⟨unknown⟩");
  });

  it("with a token that the model does not know names it, its place, and what is known", () => {
    const error = refused(letters, "ab\naé");
    expect(error.message).toBe(
      'The model does not know the character "é" at line 2, column 2: it never occurred in its training data.',
    );
    expect(error.details.place).toEqual({ line: 2, column: 2 });
    expect(error.details.advice).toBe("Leave it out. It knows: a b ⏎");
    expect(refused(letters, "a😀").message).toContain('"😀" at line 1, column 2');
  });

  it("for a classifier is as long as it reads, without an answer", () => {
    const { batch } = sequenceFromText(mail, "the the sea");
    expect(tokensOf(batch)).toEqual([[1, 1]]);
    expect(batch.target).toBeUndefined();
  });

  it("for a table is one row of numbers in each line, in the data's own units", () => {
    const { batch, steps } = sequenceFromText(table, "wind, rain\n10, 1.5\n\n-2 0\n");
    expect(valuesOf(batch)).toEqual([
      [
        [2, 1.5],
        [-1, 0],
      ],
    ]);
    expect(steps[0]).toEqual({
      input: "row 1",
      inputValues: [
        { name: "wind", value: 10 },
        { name: "rain", value: 1.5 },
      ],
    });
  });

  it("for a synthetic task is its symbols or numbers", () => {
    expect(tokensOf(sequenceFromText(parity, "01 1\n0").batch)).toEqual([[0, 1, 1, 0]]);
    expect(valuesOf(sequenceFromText(adding, "0.5 1\n0.25 0").batch)).toEqual([
      [
        [0.5, 1],
        [0.25, 0],
      ],
    ]);
  });

  it.each([
    [
      "nothing for a language model",
      letters,
      "",
      "There is nothing to read in this text.",
      undefined,
    ],
    [
      "blanks for a model of words",
      words,
      " \n ",
      "There is nothing to read in this text.",
      undefined,
    ],
    ["nothing for a table", table, "\n", "There is nothing to read.", undefined],
    ["nothing for a task", parity, " ", "There is nothing to read.", undefined],
    [
      "a row that is too short",
      table,
      "1 2\n3",
      "Line 2 has 1 number, but each step reads 2.",
      { line: 2 },
    ],
    [
      "a word among numbers",
      table,
      "1 2\n3, x",
      'Line 2, column 4: "x" is not a number.',
      { line: 2, column: 4 },
    ],
    [
      "a symbol that the task does not have",
      parity,
      "01\n02",
      'The task has no symbol "2", at line 2, column 2.',
      { line: 2, column: 2 },
    ],
  ] as const)("that is %s is refused, with what to type", (_, encoding, text, message, place) => {
    const error = refused(encoding, text);
    expect(error.message).toBe(message);
    expect(error.details.place).toEqual(place);
    expect(error.details.advice).toBeTruthy();
  });
});

describe("a sequence of the data", () => {
  it("is listed a page at a time", async () => {
    const dataset = await load({ kind: "synthetic", task: "parity", length: 4, examples: 10 });
    const page = listSequences(dataset, "training", 8, 5);
    expect(page.total).toBe(10);
    expect(page.items.map(({ choice }) => choice)).toEqual([
      { kind: "example", split: "training", index: 8 },
      { kind: "example", split: "training", index: 9 },
    ]);
    expect(listSequences(dataset, "training", 50, 5).items).toEqual([]);
  });

  it("is what training reads", async () => {
    const dataset = await load(
      { kind: "text", path: "t" },
      { t: "abcabcabc" },
      { validation: { share: 0 } },
    );
    const { batch } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(tokensOf(batch)[0]).toEqual([...dataset.training.read(0).input]);
    expect(batch.weights).toEqual(new Float32Array(8).fill(1));
  });

  it("that does not exist is refused", async () => {
    const dataset = await load(
      { kind: "text", path: "t" },
      { t: "abcabcabc" },
      { validation: { share: 0 } },
    );
    const at = (split: "training" | "validation", index: number) => () =>
      sequenceAt(dataset, { kind: "example", split, index });
    expect(at("training", 1)).toThrow("There is no training sequence 2: the data has 1.");
    expect(at("training", -1)).toThrow(UserError);
    expect(at("training", 0.5)).toThrow(UserError);
    expect(at("validation", 0)).toThrow("the data has 0");
  });
});

describe("what an output says", () => {
  it("is the most probable tokens first, at most eight", () => {
    const vocabulary = { tokens: "a b c d e f g h i j".split(" ").concat(" ") };
    const logits = [0, 5, 1, 2, 9, 3, -4, 6, 7, 8, 10].map((value) => value / 3);
    const { predictions = [] } = describeOutput({ ...letters, vocabulary }, logits);
    expect(predictions.map(({ label }) => label)).toEqual(["␣", "e", "j", "i", "h", "b", "f", "d"]);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    predictions.forEach(({ label, probability }, rank) => {
      const logit = [10, 9, 8, 7, 6, 5, 3, 2][rank] / 3;
      expect(probability, label).toBeCloseTo(Math.exp(logit) / sum, 12);
    });
  });

  it("stands large logits", () => {
    const { predictions } = describeOutput(mail, [1000, -1000]);
    expect(predictions).toEqual([
      { label: "ham", probability: 1 },
      { label: "spam", probability: 0 },
    ]);
  });

  it("is a forecast for numbers", () => {
    expect(describeOutput(table, [1.5])).toEqual({ forecast: [{ name: "rain", predicted: 1.5 }] });
    expect(describeOutput(adding, [1.25])).toEqual({
      forecast: [{ name: "sum", predicted: 1.25 }],
    });
  });
});
