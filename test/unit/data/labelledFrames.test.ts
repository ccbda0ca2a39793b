/** Frames with labels whose places are not known, from a JSON Lines file; classes of sequences and frames: frameClasses.test.ts. */
import { describe, expect, it } from "vitest";
import { createBatcher } from "../../../src/data/batcher.ts";
import { sequenceAt } from "../../../src/data/sequences.ts";
import { load, refusal } from "./builders.ts";

const data = { kind: "labelled-frames", path: "speech.jsonl" };
const line = (label: string, ...frames: readonly (readonly number[])[]): string =>
  JSON.stringify({ frames, label });
const file = (...lines: readonly string[]) => ({ "speech.jsonl": lines.join("\n") });

const spoken = [
  line("ab", [1, 10], [2, 20], [3, 30]),
  line("b", [4, 40]),
  line("aa", [5, 50], [6, 60], [7, 70], [8, 80]),
];
const none = { validation: { share: 0 } };

describe("labelled frames", () => {
  it("are sequences of numbers with one class for each label and one for none", async () => {
    const dataset = await load({ ...data, standardize: false }, file(...spoken), none);
    expect(dataset.encoding).toMatchObject({ classes: ["∅", "a", "b"], blank: 0 });
    expect(dataset.loss).toBe("ctc");
    expect(dataset.output).toEqual({ size: 3, at: "each-step" });
    const { training } = dataset;
    expect([...training.read(0).input]).toEqual([1, 10, 2, 20, 3, 30]);
    expect([0, 1, 2].map((index) => [...training.read(index).target])).toEqual([
      [1, 2],
      [2],
      [1, 1],
    ]);
    expect([...training.read(2).weights]).toEqual([0, 0, 0, 1]);
    expect(dataset.summary).toBe("3 sequences of frames of 2 numbers, 2 labels");
  });

  it("come to the engine side by side, labels and frames padded at the end", async () => {
    const { training } = await load({ ...data, standardize: false }, file(...spoken), none);
    const batcher = createBatcher(training, { batch: 3, bptt: "full", carryState: true });
    batcher.startEpoch();
    const batch = batcher.next();
    expect(batch?.target).toEqual({
      kind: "labels",
      // The longest first.
      labels: Int32Array.of(1, 1, 1, 2, 2, 0),
      labelLengths: Int32Array.of(2, 2, 1),
    });
    expect([...(batch?.lengths ?? [])]).toEqual([4, 3, 1]);
    expect([...(batch?.weights ?? [])]).toEqual([0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0]);
    expect(batcher.next()).toBeUndefined();
  });

  it("are standardized by what is trained on, and shown as they were written", async () => {
    const dataset = await load(data, file(...spoken), none);
    const values = [0, 1, 2].flatMap((index) => [...dataset.training.read(index).input]);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5);
    const { steps, title } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(title).toBe("a b in 3 frames");
    expect(steps[1]).toEqual({
      input: "frame 2",
      inputValues: [
        { name: "feature 1", value: 2 },
        { name: "feature 2", value: 20 },
      ],
    });
    expect(steps[2].target).toBe("a b");
  });

  it("may have words as labels, and the blank where it is wanted", async () => {
    const words = file(line("yes no", [1], [2]), line("no", [3]));
    const loss = { kind: "ctc", blank: 2 };
    const { encoding, training } = await load({ ...data, level: "word" }, words, { ...none, loss });
    expect(encoding).toMatchObject({ classes: ["no", "yes", "∅"], blank: 2 });
    expect([...training.read(0).target]).toEqual([1, 0]);
  });

  it("hold a share back, the same for the same seed", async () => {
    const many = file(...Array.from({ length: 20 }, (_, k) => line("a", [k])));
    const held = async (seed: number) => {
      const { validation, baselines } = await load({ ...data, standardize: false }, many, {
        seed,
        validation: { share: 0.2 },
      });
      expect(baselines).toHaveLength(1);
      return Array.from(
        { length: validation.sequenceCount },
        (_, k) => validation.read(k).input[0],
      );
    };
    expect(await held(1)).toHaveLength(4);
    expect(await held(1)).toEqual(await held(1));
    expect(await held(2)).not.toEqual(await held(1));
  });

  it.each([
    [
      "a label that is longer than its frames",
      [spoken[0], line("abc", [1, 1], [2, 2])],
      "speech.jsonl, line 2, column 1: its 3 labels cannot be aligned with 2 frames.",
    ],
    [
      "a label that is too long only because it repeats",
      [spoken[0], line("aab", [1, 1], [2, 2], [3, 3])],
      "line 2, column 1: its 3 labels (4 with the blanks between equal neighbours) cannot be aligned with 3 frames.",
    ],
    [
      "a frame of another size",
      [spoken[0], line("a", [1, 1], [2])],
      'line 2, column 1: "frames" has 1 number in frame 1, and 2 elsewhere.',
    ],
    [
      "something that is no number",
      [`{"frames": [[1, "x"]], "label": "a"}`],
      '"frames" has "x" in frame 0, which is not a number.',
    ],
    ["frames that are missing", [`{"frame": [[1]], "label": "a"}`], '"frames" is missing.'],
    ["frames that are none", [`{"frames": [], "label": "a"}`], '"frames" is not a list of frames.'],
    ["a label that is missing", [`{"frames": [[1]]}`], 'this object has no "label".'],
    ["a line that is not JSON", [spoken[0], "{"], "line 2"],
    ["a single sequence", [spoken[0]], "there is only one sequence in it."],
    ["blank lines only", ["", " "], "there are no sequences in it."],
  ])("refuse %s, with its line", async (_, lines, message) => {
    expect((await refusal(data, file(...lines))).message).toContain(message);
  });

  it("refuse a blank beyond the classes", async () => {
    const training = { loss: { kind: "ctc", blank: 3 } };
    const { message, details } = await refusal(data, file(...spoken), training);
    expect(message).toContain("with 2 labels the classes are 0 to 2");
    expect(details.path).toEqual(["training", "loss", "blank"]);
  });
});
