import { describe, expect, it } from "vitest";
import { listSequences, sequenceAt } from "../../../src/data/sequences.ts";
import { csv, load, refusal, tokensOf } from "./builders.ts";

const mail = { kind: "labelled-text", path: "mail.csv" };
const none = { validation: { share: 0 } };
const rows = (count: number, label: (index: number) => string): string =>
  csv(
    ["text", "label"],
    Array.from({ length: count }, (_, index) => [`word${index} the`, label(index)]),
  );

describe("labelled text", () => {
  it("is read from CSV with quotes, line breaks, other separators and columns in any order", async () => {
    const file = 'class;body\nspam;"Buy ""now"";\nplease"\nham;Hello\n';
    const dataset = await load(
      { ...mail, text: "body", label: "class" },
      { "mail.csv": file },
      none,
    );
    expect(dataset.summary).toBe("2 texts of 2 classes (ham, spam), 6 distinct tokens");
    expect(dataset.output).toEqual({ size: 2, at: "last-step" });
    const { items } = listSequences(dataset, "training", 0, 9);
    expect(items.map(({ title, detail }) => `${title} | ${detail}`)).toEqual([
      'Buy "now"; please | spam · mail.csv, line 2, column 6',
      "Hello | ham · mail.csv, line 4, column 5",
    ]);
  });

  it("is read from JSON Lines, with labels that may be numbers or booleans", async () => {
    const lines = '{"text": "so good", "label": true}\n\n{"text": "bad", "label": false}\n';
    const dataset = await load({ ...mail, path: "a.jsonl" }, { "a.jsonl": lines }, none);
    expect(dataset.encoding).toMatchObject({ labels: ["false", "true"] });
    const { steps } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(steps[1]).toEqual({
      input: "good",
      target: "true",
      place: { file: "a.jsonl", line: 1, column: 14, length: 4 },
    });
  });

  it("orders labels that are numbers by size", async () => {
    const { encoding } = await load(
      mail,
      { "mail.csv": rows(12, (index) => String(index % 4 === 0 ? 10 : index % 3)) },
      none,
    );
    expect(encoding).toMatchObject({ labels: ["0", "1", "2", "10"] });
  });

  it("gives every word its place, also behind line breaks inside quotes", async () => {
    const file = 'text,label\n"one\ntwo",a\nthree,b\n"say ""hi""",b\n';
    const dataset = await load(mail, { "mail.csv": file }, none);
    const places = (index: number) =>
      dataset.training
        .labels(index)
        .map(({ input, place }) => `${input} ${place?.line}:${place?.column}+${place?.length}`);
    expect(places(0)).toEqual(["one 2:2+3", "two 3:1+3"]);
    expect(places(1)).toEqual(["three 4:1+5"]);
    // A doubled quote shifts what follows: the whole cell is shown instead of a wrong word.
    expect(places(2)).toEqual(["say 5:1+12", '" 5:1+12', "hi 5:1+12", '" 5:1+12']);
  });

  it("takes its loss at the last word of each text, wherever that is", async () => {
    const file = csv(
      ["text", "label"],
      [
        ["a b c", "x"],
        ["a", "y"],
      ],
    );
    const { training } = await load(mail, { "mail.csv": file }, none);
    expect(training.steps).toBe(3);
    expect(training.read(0)).toMatchObject({ steps: 3 });
    expect(training.read(1)).toMatchObject({ steps: 1 });
    expect([...training.read(1).target]).toEqual([1]);
    expect(training.labels(0).map(({ target }) => target)).toEqual([undefined, undefined, "x"]);
  });

  it("reads at most maximumLength tokens, and builds its vocabulary from those", async () => {
    const file = csv(
      ["text", "label"],
      [
        ["a b zzz", "x"],
        ["b a yyy", "y"],
      ],
    );
    const dataset = await load({ ...mail, maximumLength: 2 }, { "mail.csv": file }, none);
    expect(dataset.encoding).toMatchObject({ vocabulary: { tokens: ["⟨unknown⟩", "a", "b"] } });
    const { batch } = sequenceAt(dataset, { kind: "example", split: "training", index: 0 });
    expect(tokensOf(batch)).toEqual([[1, 2]]);
  });

  it("holds back the same share of every class, by the seed, and never an example twice", async () => {
    const file = { "mail.csv": rows(60, (index) => (index < 40 ? "often" : "seldom")) };
    const titles = async (seed: number) => {
      const dataset = await load(mail, file, { seed, validation: { share: 0.25 } });
      const of = (split: "training" | "validation") =>
        listSequences(dataset, split, 0, 100).items.map(
          ({ title, detail }) => `${title} ${detail}`,
        );
      return { training: of("training"), validation: of("validation") };
    };
    const first = await titles(1);
    expect(first.validation.filter((title) => title.includes("often"))).toHaveLength(10);
    expect(first.validation.filter((title) => title.includes("seldom"))).toHaveLength(5);
    expect(new Set([...first.training, ...first.validation]).size).toBe(60);
    expect(await titles(1)).toEqual(first);
    expect((await titles(2)).validation).not.toEqual(first.validation);
  });

  it("counts words of the training part only", async () => {
    const file = { "mail.csv": rows(20, (index) => (index % 2 ? "a" : "b")) };
    const { encoding, validation } = await load(mail, file, { validation: { share: 0.2 } });
    if (encoding.kind !== "labelled-text") throw new Error("wrong kind");
    const held = Array.from(
      { length: validation.sequenceCount },
      (_, index) => validation.describe(index).title.split(" ")[0],
    );
    expect(held).toHaveLength(4);
    for (const word of held) expect(encoding.vocabulary.tokens).not.toContain(word);
    expect(encoding.vocabulary.tokens[0]).toBe("⟨unknown⟩");
  });

  it("leaves empty texts out and says so", async () => {
    const file = csv(
      ["text", "label"],
      [
        ["a", "x"],
        ["   ", "x"],
        ["b", "y"],
        ["", "y"],
      ],
    );
    const { warnings, summary } = await load(mail, { "mail.csv": file }, none);
    expect(summary).toContain("2 texts");
    expect(warnings).toEqual([
      {
        message: "2 texts are empty and left out, the first at mail.csv, line 3, column 1.",
        path: ["data", "text"],
      },
    ]);
  });

  it("wonders about a label column in which everything differs", async () => {
    const { warnings } = await load(mail, { "mail.csv": rows(60, (index) => `id${index}`) });
    expect(warnings.map(({ message }) => message)).toContain(
      "60 labels for 60 texts: is this the right column?",
    );
  });
});

describe("labelled text that cannot be used", () => {
  it.each([
    [
      "a column that is not there",
      { text: "txt" },
      "text,label\na,b\n",
      'mail.csv has no column "txt". Did you mean "text"?',
      { file: "mail.csv", line: 1 },
    ],
    [
      "a header that is missing",
      {},
      "1,2\n3,4\n",
      "mail.csv, line 1: the first row is numbers, not the names of columns.",
      { file: "mail.csv", line: 1 },
    ],
    [
      "a row without label",
      {},
      "text,label\na,x\nb,\n",
      'mail.csv, line 3, column 3: this text has no "label".',
      { file: "mail.csv", line: 3, column: 3, length: 0 },
    ],
    [
      "a row that is too long",
      {},
      "text,label\na,x\nb,c,y\n",
      "mail.csv, line 3, column 1: this row has 3 cells, but the header has 2.",
      { file: "mail.csv", line: 3, column: 1 },
    ],
    [
      "a row that is too short",
      {},
      "text,label\na,x\nb\n",
      "mail.csv, line 3, column 1: this row has 1 cell, but the header has 2.",
      { file: "mail.csv", line: 3, column: 1 },
    ],
    [
      "a quote that is never closed",
      {},
      'text,label\na,x\n"b,y\nc,z\n',
      "mail.csv, line 3, column 1: this cell opens with a double quote that is never closed.",
      { file: "mail.csv", line: 3, column: 1 },
    ],
    [
      "a quote that closes too early",
      {},
      'text,label\na,x\n"b"c,y\n"d",z\n',
      "mail.csv, line 3, column 1: this cell goes on after its closing double quote.",
      { file: "mail.csv", line: 3, column: 1 },
    ],
    [
      "a single class",
      {},
      "text,label\na,x\nb,x\n",
      'Every text of mail.csv has the same label, "x": there is nothing to tell apart.',
      { file: "mail.csv" },
    ],
    [
      "a single text",
      {},
      "text,label\na,x\n",
      "mail.csv: there is one text in it.",
      { file: "mail.csv" },
    ],
    [
      "nothing but a header",
      {},
      "text,label\n",
      "mail.csv: there are no texts in it.",
      { file: "mail.csv" },
    ],
    [
      "two columns of the same name",
      {},
      "text,label,text\na,x,b\n",
      'mail.csv has two columns named "text".',
      { file: "mail.csv", line: 1 },
    ],
    [
      "blank lines only",
      {},
      "\n\n  \n",
      "mail.csv: there is nothing but blank lines.",
      { file: "mail.csv" },
    ],
  ])("%s", async (_, more, file, message, place) => {
    const refused = await refusal({ ...mail, ...more }, { "mail.csv": file });
    expect(refused.message).toBe(message);
    expect(refused.details.place).toEqual(place);
  });

  it.each([
    [
      "a line that is not JSON",
      '{"text":"a","label":"x"}\n{"text": oops}\n',
      /a\.jsonl, line 2, column \d+: this line is not JSON/,
    ],
    [
      "a line that is a list",
      "[1]\n",
      /a\.jsonl, line 1, column 1: this line is JSON, but not an object/,
    ],
    [
      "a key that is not there",
      '{"txt":"a","label":"x"}\n',
      /line 1.*has no "text". Did you mean "txt"\?/,
    ],
    ["a text that is a number", '{"text":5,"label":"x"}\n', /has a "text" that is not a text/],
    ["an empty label", '{"text":"a","label":" "}\n', /this text has no "label"/],
  ])("%s", async (_, file, message) => {
    expect((await refusal({ ...mail, path: "a.jsonl" }, { "a.jsonl": file })).message).toMatch(
      message,
    );
  });
});
