/** Sequences of frames with a class each, or a class of each frame, out of tables and JSON Lines. */
import { describe, expect, it } from "vitest";
import { createBatcher } from "../../../src/data/batcher.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { sequenceAt } from "../../../src/data/sequences.ts";
import type { Split } from "../../../src/data/split.ts";
import { csv, load, refusal, valuesOf } from "./builders.ts";

const table = { kind: "labelled-frames", path: "moves.csv", predict: "label" };
const header = ["sequence", "label", "x", "y"];
const file = (...rows: readonly (readonly (string | number)[])[]) => ({
  "moves.csv": csv(header, rows),
});
const raw = { ...table, standardize: false };
const none = { validation: { share: 0 } };

/** Two sequences whose rows take turns, as when two devices write into one log. */
const turns = file(
  ["a", "walk", 1, 10],
  ["b", "still", 2, 20],
  ["a", "walk", 3, 30],
  ["a", "", 5, 50],
  ["b", "still", 4, 40],
);

/** `count` sequences of each class, of two frames each. */
const many = (classes: readonly string[], count: number) =>
  file(
    ...classes
      .flatMap((label, kind) =>
        Array.from({ length: count }, (_, k) =>
          [0, 1].map((t) => [`${label}-${k}`, label, kind, t]),
        ),
      )
      .flat(),
  );

const titlesOf = (split: Split): string[] =>
  Array.from({ length: split.sequenceCount }, (_, index) => split.describe(index).title);
const count = (split: Split, label: string): number =>
  titlesOf(split).filter((title) => title.startsWith(label)).length;
/** Of sequences whose first number says which of eight people they are of. */
const whoIn = (split: Split): ReadonlySet<number> =>
  new Set(
    Array.from({ length: split.sequenceCount }, (_, index) => split.read(index).input[0] % 8),
  );
const line = (label: unknown, frames: unknown): string => JSON.stringify({ label, frames });
const classesOf = ({ encoding }: Dataset) =>
  encoding.kind === "labelled-frames" ? encoding.classes : undefined;

describe("a table of frames with a class of each sequence", () => {
  it("is put together by the column that names sequences, whatever the order of rows", async () => {
    const dataset = await load(raw, turns, none);
    const { training } = dataset;
    expect([...training.read(0).input]).toEqual([1, 10, 3, 30, 5, 50]);
    expect([...training.read(1).input]).toEqual([2, 20, 4, 40]);
    expect(classesOf(dataset)).toEqual(["still", "walk"]);
    expect([0, 1].map((index) => training.read(index).target[0])).toEqual([1, 0]);
    expect(dataset.output).toEqual({ size: 2, at: "last-step" });
    expect(dataset.loss).toBe("cross-entropy");
    expect(dataset.summary).toBe("2 sequences of frames of 2 numbers, 2 classes (still, walk)");
  });

  it("comes to the engine side by side with one answer for each sequence", async () => {
    const { training } = await load(raw, turns, none);
    const batcher = createBatcher(training, { batch: 2, bptt: "full", carryState: true });
    batcher.startEpoch();
    const batch = batcher.next();
    if (!batch) throw new Error("There is no batch.");
    expect(valuesOf(batch)).toEqual([
      [
        [1, 10],
        [3, 30],
        [5, 50],
      ],
      [
        [2, 20],
        [4, 40],
      ],
    ]);
    expect(batch.target).toEqual({ kind: "classes", classes: Int32Array.of(1, 0) });
    expect([...(batch.weights ?? [])]).toEqual([1, 1]);
  });

  it("shows every frame with its numbers, its time and its place", async () => {
    const timed = {
      "moves.csv": csv(
        ["at", ...header],
        [
          ["0 ms", "a", "up", 1, 2],
          ["20 ms", "a", "up", 3, 4],
          ["0 ms", "b", "down", 5, 6],
        ],
      ),
    };
    const dataset = await load({ ...table, time: "at" }, timed, none);
    const { title, steps } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(title).toBe("a: up in 2 frames");
    expect(steps[1]).toEqual({
      input: "20 ms",
      inputValues: [
        { name: "x", value: 3 },
        { name: "y", value: 4 },
      ],
      target: "up",
      place: { file: "moves.csv", line: 3, column: 1, length: 14 },
    });
    expect(steps[0].target).toBeUndefined();
  });

  it("reads the columns that are named, or all that have no other use", async () => {
    const named = await load({ ...raw, inputs: ["y"] }, turns, none);
    expect([...named.training.read(1).input]).toEqual([20, 40]);
    const grouped = {
      "moves.csv": csv(
        ["who", ...header],
        [
          ["Anna", "a", "up", 1, 2],
          ["Boris", "b", "down", 3, 4],
        ],
      ),
    };
    const { input } = await load({ ...table, group: "who" }, grouped, none);
    expect(input).toEqual({ kind: "dense", size: 2 });
  });

  it("holds back the same share of every class", async () => {
    const { validation, training, baselines } = await load(
      table,
      many(["down", "still", "up"], 10),
      { validation: { share: 0.2 } },
    );
    for (const label of ["down", "still", "up"]) {
      expect(count(validation, label)).toBe(2);
      expect(count(training, label)).toBe(8);
    }
    expect(baselines).toMatchObject([{ accuracy: 1 / 3 }]);
    expect(baselines[0].loss).toBeCloseTo(Math.log(3));
  });

  it("holds back whole groups, so that nobody is in both parts", async () => {
    const rows = Array.from({ length: 40 }, (_, k) => [
      `person ${k % 8}`,
      k,
      k % 3 === 0 ? "up" : "down",
      k,
      1 - k,
    ]);
    const people = { "moves.csv": csv(["who", ...header], rows) };
    const settings = { validation: { share: 0.2 } };
    const dataset = await load({ ...raw, group: "who" }, people, settings);
    expect(whoIn(dataset.validation).size).toBe(2);
    expect(
      [...whoIn(dataset.validation)].filter((who) => whoIn(dataset.training).has(who)),
    ).toEqual([]);
    expect(dataset.summary).toMatch(/, 10 \(all of person \d, person \d\) held back$/);
  });

  it("says that one group alone cannot be held back", async () => {
    const alone = {
      "moves.csv": csv(
        ["who", ...header],
        [
          ["Anna", "a", "up", 1, 2],
          ["Anna", "b", "down", 3, 4],
        ],
      ),
    };
    const { warnings } = await load({ ...table, group: "who" }, alone);
    expect(warnings[0].message).toContain("All sequences are of one group");
  });

  it("standardizes by the training part, and says what never changes there", async () => {
    const flat = file(["a", "up", 1e9, 1], ["a", "up", 1e9, 3], ["b", "down", 1e9, 5]);
    const { training, warnings } = await load(table, flat, none);
    const values = [...training.read(0).input, ...training.read(1).input];
    expect(values.filter((_, k) => k % 2 === 0)).toEqual([0, 0, 0]);
    expect(values[1] + values[3] + values[5]).toBeCloseTo(0);
    expect(warnings[0].message).toContain('"x" never changes');
  });

  it.each([
    [
      "a label that changes within a sequence",
      file(["a", "up", 1, 1], ["b", "up", 1, 1], ["a", "down", 1, 1]),
      'line 4, column 1: the sequence "a" was "up" in line 2, and is "down" here.',
      "data.label",
    ],
    [
      "a sequence without a label",
      file(["a", "up", 1, 1], ["b", "", 1, 1]),
      'line 3, column 1: no row of the sequence "b" has a "label".',
      "data.label",
    ],
    [
      "a row of no sequence",
      file(["a", "up", 1, 1], ["", "up", 1, 1]),
      'line 3, column 1: this row does not say to which sequence it belongs: "sequence" is empty.',
      "data.sequence",
    ],
    [
      "one class",
      file(["a", "up", 1, 1], ["b", "up", 1, 1]),
      'has the same label, "up"',
      "data.label",
    ],
    ["one sequence", file(["a", "up", 1, 1]), "only one sequence", "data.path"],
    [
      "a cell that is NaN",
      file(["a", "up", 1, "NaN"], ["b", "down", 1, 1]),
      'line 2, column 8: "NaN" in column "y" is not a number.',
      "data.path",
    ],
    [
      "a column that is not there",
      { "moves.csv": csv(["id", "label", "x"], [["a", "up", 1]]) },
      'no column "sequence"',
      "data.sequence",
    ],
    [
      "nothing to read",
      { "moves.csv": csv(["sequence", "label"], [["a", "up"]]) },
      "no column to read",
      "data.path",
    ],
  ])("refuses %s, with its place", async (_, files, message, path) => {
    const error = await refusal(table, files);
    expect(error.message).toContain(message);
    expect(error.details.path?.join(".")).toBe(path);
  });
});

describe("a class of each frame", () => {
  it("is a target at every step, and no loss where there is no label", async () => {
    const dataset = await load({ ...raw, predict: "each-frame" }, turns, none);
    expect(dataset.output).toEqual({ size: 2, at: "each-step" });
    const { target, weights } = dataset.training.read(0);
    expect([...target]).toEqual([1, 1, 0]);
    expect([...weights]).toEqual([1, 1, 0]);
    const { steps } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(steps.map((step) => step.target)).toEqual(["walk", "walk", undefined]);
    expect(dataset.training.describe(0).title).toBe("a: walk in 3 frames");
  });

  it("may be cut into windows", async () => {
    const { training } = await load({ ...raw, predict: "each-frame" }, turns, none);
    const batcher = createBatcher(training, { batch: 1, bptt: 2, carryState: true });
    batcher.startEpoch();
    expect(batcher.next()?.lengths[0]).toBe(2);
    expect(batcher.next()).toMatchObject({ carry: true });
  });

  it("comes out of JSON Lines as a list of labels", async () => {
    const lines = [
      { frames: [[1], [2]], label: ["up", null] },
      { frames: [[3]], label: ["down"] },
    ];
    const data = { ...table, path: "f.jsonl", predict: "each-frame", standardize: false };
    const { training } = await load(
      data,
      { "f.jsonl": lines.map((line) => JSON.stringify(line)).join("\n") },
      none,
    );
    expect([...training.read(0).weights]).toEqual([1, 0]);
    expect([...training.read(1).target]).toEqual([0]);
  });

  it.each([
    ["one label for all", '"up"', '"label" is not a list.'],
    ["a label too few", '["up"]', '"label" has 1 label for 2 frames.'],
    ["something that is no label", '["up", {}]', '"label" has {} for frame 1, which is no label.'],
    ["no label at all", '["", null]', "no frame of this sequence has a label."],
  ])("refuses %s", async (_, label, message) => {
    const data = { ...table, path: "f.jsonl", predict: "each-frame" };
    const line = `{"frames": [[1], [2]], "label": ${label}}`;
    const other = '{"frames": [[1], [2]], "label": ["up", "down"]}';
    const error = await refusal(data, { "f.jsonl": `${line}\n${other}` });
    expect(error.message).toBe(`f.jsonl, line 1, column 1: ${message}`);
  });
});

describe("JSON Lines with a class of each sequence", () => {
  const data = { ...table, path: "f.jsonl", inputs: ["x", "y"] };

  it("may name the numbers of a frame", async () => {
    const files = { "f.jsonl": `${line(7, [[1, 2]])}\n${line(10, [[3, 4]])}` };
    const dataset = await load(data, files, none);
    expect(classesOf(dataset)).toEqual(["7", "10"]);
    expect(dataset.training.labels(0)[0].inputValues).toEqual([
      { name: "x", value: 1 },
      { name: "y", value: 2 },
    ]);
  });

  it("refuses frames of another size than their names", async () => {
    const { message } = await refusal(data, { "f.jsonl": line("a", [[1, 2, 3]]) });
    expect(message).toContain("has 3 numbers in frame 0, and data.inputs names 2");
  });
});
