/** Labelled texts that are to be written: the class stands before each, and each ends. */
import { describe, expect, it } from "vitest";
import { sequenceAt, sequenceFromText } from "../../../src/data/sequences.ts";
import { csv, load, tokensOf } from "./builders.ts";

const mail = { kind: "labelled-text", path: "mail.csv", predict: "text" };
const none = { validation: { share: 0 } };
const files = {
  "mail.csv": csv(
    ["text", "label"],
    [
      ["buy gold now", "spam"],
      ["see you", "ham"],
    ],
  ),
};

describe("texts of classes", () => {
  it("are read after their class, and each token answers to the one before, to the end", async () => {
    const dataset = await load(mail, files, none);
    const { steps, batch } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(steps.map(({ input, target }) => `${input} → ${target}`)).toEqual([
      "⟨spam⟩ → buy",
      "buy → gold",
      "gold → now",
      "now → ⟨end⟩",
    ]);
    expect(steps[1].place).toEqual({ file: "mail.csv", line: 2, column: 1, length: 3 });
    expect(batch.weights).toEqual(new Float32Array([1, 1, 1, 1]));
    expect(dataset.output.at).toBe("each-step");
  });

  it("have no end where they are cut", async () => {
    const dataset = await load({ ...mail, maximumLength: 2 }, files, none);
    const { steps, batch } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(steps.map(({ target }) => target)).toEqual(["buy", "gold", undefined]);
    expect([...(batch.weights ?? [])]).toEqual([1, 1, 0]);
    const whole = sequenceAt(dataset, { kind: "example", split: "training", index: 1 });
    expect([...(whole.batch.weights ?? [])]).toEqual([1, 1, 1]);
  });

  it("begin the states with their class, when they are asked to", async () => {
    const { input } = await load({ ...mail, condition: "initial-state" }, files, none);
    expect(input).toMatchObject({ kind: "tokens", condition: "initial-state" });
    expect((await load(mail, files, none)).input).not.toHaveProperty("condition");
  });

  it("may be typed with their class before them", async () => {
    const { encoding, training } = await load(mail, files, none);
    const typed = sequenceFromText(encoding, "spam: buy gold");
    expect(tokensOf(typed.batch)).toEqual([[...training.read(0).input].slice(0, 3)]);
    expect(typed.steps.map(({ input }) => input)).toEqual(["⟨spam⟩", "buy", "gold"]);
    expect(sequenceFromText(encoding, "buy gold").steps).toHaveLength(2);
  });
});
