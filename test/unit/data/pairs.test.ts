import { describe, expect, it } from "vitest";
import { createBatcher } from "../../../src/data/batcher.ts";
import { classesOf } from "../../../src/data/encoding.ts";
import { listSequences, sequenceAt, sequenceFromText } from "../../../src/data/sequences.ts";
import { load, refusal } from "./builders.ts";

const csv = 'source,target\nab,xyz\nbba,x\n"a,b",zz\na,xyzzy\n';
const none = { validation: { share: 0 } };
const data = { kind: "pairs", path: "pairs.csv" };

describe("pairs of texts", () => {
  it("become a source to read and a target to write, which begins and ends with token 0", async () => {
    const dataset = await load(data, { "pairs.csv": csv }, none);
    const { training, encoding, decoder } = dataset;
    if (encoding.kind !== "pairs") throw new Error("These are pairs.");
    expect(training.sequenceCount).toBe(4);
    expect(training.steps).toBe(3);
    expect(training.decoderSteps).toBe(6);
    expect(decoder?.vocabulary).toBe(encoding.target.tokens.length);
    expect(classesOf(encoding)?.[0]).toBe("⟨end⟩");
    const { input, target, weights, decoder: read = [] } = training.read(0);
    const written = (ids: ArrayLike<number>) =>
      Array.from(ids, (id) => encoding.target.tokens[id]).join(" ");
    expect(Array.from(input, (id) => encoding.source.tokens[id]).join("")).toBe("ab");
    expect(written(target)).toBe("x y z ⟨end⟩");
    expect(written(read)).toBe("⟨end⟩ x y z");
    expect([...weights]).toEqual([1, 1, 1, 1]);
  });

  it("go side by side, each side padded by itself", async () => {
    const { training } = await load(data, { "pairs.csv": csv }, none);
    const batcher = createBatcher(training, { batch: 4, bptt: "full", carryState: true });
    expect(batcher.largest).toEqual({ steps: 3, batch: 4, decoderSteps: 6 });
    batcher.startEpoch();
    const batch = batcher.next();
    expect([...(batch?.lengths ?? [])]).toEqual([3, 3, 2, 1]);
    expect([...(batch?.decoder?.lengths ?? [])]).toEqual([2, 3, 4, 6]);
    expect(batch?.decoder?.tokens).toHaveLength(6 * 4);
    expect([...(batch?.weights ?? [])].filter((weight) => weight === 1)).toHaveLength(15);
    expect(batcher.next()).toBeUndefined();
  });

  it("are shown with the place of every character that is read", async () => {
    const dataset = await load(data, { "pairs.csv": csv }, none);
    const { items } = listSequences(dataset, "training", 0, 10);
    expect(items.map(({ title }) => title)).toEqual([
      "ab → xyz",
      "bba → x",
      "a,b → zz",
      "a → xyzzy",
    ]);
    const { steps } = sequenceAt(dataset, { kind: "example", split: "training", index: 2 });
    expect(steps.map(({ input }) => input).join(" ")).toBe("a , b ▸ z z");
    expect(steps.map(({ target }) => target)).toEqual([
      undefined,
      undefined,
      undefined,
      "z",
      "z",
      "⟨end⟩",
    ]);
    expect(steps[1].place).toMatchObject({ line: 4, column: 3 });
  });

  it("are read from JSON Lines, word by word, and cut where they are too long", async () => {
    const lines = [
      { en: "the cat sleeps", de: "die Katze schläft" },
      { en: "the dog sleeps", de: "der Hund schläft fest" },
    ];
    const { encoding, training } = await load(
      {
        kind: "pairs",
        path: "p.jsonl",
        source: "en",
        target: "de",
        level: "word",
        maximumLength: 3,
      },
      { "p.jsonl": lines.map((line) => JSON.stringify(line)).join("\n") },
      none,
    );
    if (encoding.kind !== "pairs") throw new Error("These are pairs.");
    expect(encoding.source.tokens.toSorted()).toEqual(["cat", "dog", "sleeps", "the"]);
    expect(training.decoderSteps).toBe(4);
    expect(encoding.target.tokens).not.toContain("fest");
  });

  it("hold some back, and say what always answering the same reaches", async () => {
    const { training, validation, baselines } = await load(
      { kind: "synthetic", task: "dates", examples: 400 },
      {},
      { validation: { share: 0.2 } },
    );
    expect(training.sequenceCount).toBe(400);
    expect(validation.sequenceCount).toBe(100);
    const [{ loss, accuracy = 1 }] = baselines;
    expect(loss).toBeGreaterThan(1.5);
    expect(accuracy).toBeLessThan(0.3);
  });

  it("take a typed source without a target", async () => {
    const { encoding } = await load(data, { "pairs.csv": csv }, none);
    const { batch, steps } = sequenceFromText(encoding, "bab");
    expect(batch.steps).toBe(3);
    expect(batch.decoder).toBeUndefined();
    expect(steps.map(({ input }) => input).join("")).toBe("bab");
    expect(() => sequenceFromText(encoding, "bcb")).toThrow('"c" at line 1, column 2');
  });

  it("say which column is missing, and in which key it was named", async () => {
    const missing = await refusal({ ...data, target: "targte" }, { "pairs.csv": csv });
    expect(missing.details.path).toEqual(["data", "target"]);
    expect(`${missing.message} ${missing.details.advice}`).toContain('"target"');
    const blank = await refusal(data, { "pairs.csv": "source,target\nab,x\nb,\n" });
    expect(blank.message).toContain("line 3");
    const key = await refusal(
      { ...data, path: "p.jsonl", source: "en" },
      { "p.jsonl": '{"source":"a","target":"b"}\n{"source":"a","target":"b"}' },
    );
    expect(key.details.path).toEqual(["data", "source"]);
  });
});

describe("the tasks of pairs", () => {
  it("dates: nine ways to write one, all of them right", async () => {
    const { training } = await load({ kind: "synthetic", task: "dates", examples: 500 }, {}, none);
    const shapes = new Set<string>();
    for (let index = 0; index < 500; index++) {
      const [source, target] = training.describe(index).title.split(" → ");
      expect(target).toMatch(/^(19[3-9]\d|20[0-2]\d)-\d\d-\d\d$/);
      const [year, , day] = target.split("-");
      expect(source).toContain(String(Number(day)));
      expect(source).toContain(year.slice(2));
      shapes.add(source.replaceAll(/\p{L}+/gu, "a").replaceAll(/\d+/g, "9"));
    }
    expect(shapes.size).toBe(9);
    const text = Array.from({ length: 500 }, (_, k) => training.describe(k).title).join("\n");
    const names = text.match(/(\w+day), (\w+) (\d+)\w\w, (\d{4})/);
    const [, weekday, month, day, year] = names ?? [];
    const date = new Date(`${month} ${day}, ${year} 12:00 UTC`);
    expect(date.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" })).toBe(weekday);
  });

  it("reversal: the same symbols from the last to the first", async () => {
    const { training } = await load(
      { kind: "synthetic", task: "reversal", length: 9, examples: 200 },
      {},
      none,
    );
    for (let index = 0; index < 200; index++) {
      const [source, target] = training.describe(index).title.split(" → ");
      expect(source.split("").toReversed().join("")).toBe(target);
      expect(source.length).toBeGreaterThanOrEqual(5);
      expect(source.length).toBeLessThanOrEqual(9);
    }
  });
});
