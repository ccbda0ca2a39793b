import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sequenceAt, listSequences } from "../../../src/data/sequences.ts";
import { forEachToken, joinTokens, tokenLength, visible } from "../../../src/data/tokens.ts";
import { load, refusal, tokensIn } from "./builders.ts";

const book = { kind: "text", path: "book.txt" };
const everything = { validation: { share: 0 } };

const words = (text: string): string[] => {
  const found: string[] = [];
  forEachToken(text, "word", (token) => found.push(token));
  return found;
};

describe("tokens", () => {
  it("are code points at the level of characters", () => {
    const found: [string, number][] = [];
    forEachToken("a😀é\n", "character", (token, offset) => found.push([token, offset]));
    expect(found).toEqual([
      ["a", 0],
      ["😀", 1],
      ["é", 3],
      ["\n", 4],
    ]);
  });

  it("are words, numbers and punctuation marks at the level of words", () => {
    expect(words("Don’t stop, well-known 3.14 or 1,000! (Äpfel) “x”… naïve")).toEqual([
      "Don’t",
      "stop",
      ",",
      "well-known",
      "3.14",
      "or",
      "1,000",
      "!",
      "(",
      "Äpfel",
      ")",
      "“",
      "x",
      "”",
      "…",
      "naïve",
    ]);
    expect(words("one,two end. 😀😀 привет 你好")).toEqual([
      "one",
      ",",
      "two",
      "end",
      ".",
      "😀",
      "😀",
      "привет",
      "你好",
    ]);
  });

  it("are what one pattern says, which ASCII is read without", () => {
    const pattern =
      /[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*(?:['’-][\p{L}\p{M}\p{N}]+)*|\p{N}+(?:[.,]\p{N}+)*|\S/gu;
    const part = fc.constantFrom(
      ...Array.from("ab_9.,'-’ \n\u00a0é²\u0301🙂!"),
      "well-known",
      "it's",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join("");
        expect(words(text)).toEqual(text.match(pattern) ?? []);
      }),
      { numRuns: 2000 },
    );
  });

  it("leave no character but white space out, and know their own length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const level of ["character", "word"] as const) {
          let covered = "";
          forEachToken(text, level, (token, offset) => {
            expect(text.startsWith(token, offset)).toBe(true);
            expect(tokenLength(text, offset, level)).toBe(token.length);
            covered += token;
          });
          expect(covered).toBe(level === "character" ? text : text.replaceAll(/\s/gu, ""));
        }
      }),
    );
  });

  it("become readable text again", () => {
    expect(joinTokens(words("Hello, (dear) reader; it’s 3.5!"), "word")).toBe(
      "Hello, (dear) reader; it’s 3.5!",
    );
    expect(joinTokens(["a", " ", "b"], "character")).toBe("a b");
  });

  it("are visible as labels", () => {
    expect([" ", "\n", "\t", "a", "\u0007", "\u200b"].map(visible)).toEqual([
      "␣",
      "⏎",
      "⇥",
      "a",
      "U+0007",
      "U+200B",
    ]);
  });
});

describe("a text", () => {
  it("predicts each character from those before it", async () => {
    const { training, input, output, loss } = await load(book, { "book.txt": "abcab" }, everything);
    expect({ input, output, loss }).toEqual({
      input: { kind: "tokens", vocabulary: 3 },
      output: { size: 3, at: "each-step" },
      loss: "cross-entropy",
    });
    const labels = training.labels(0).map(({ input, target }) => `${input}→${target}`);
    expect(labels).toEqual(["a→b", "b→c", "c→a", "a→b"]);
  });

  it("is split by position: what is held back comes last", async () => {
    const { training, validation, summary } = await load(
      book,
      { "book.txt": "aaaaaaaabb" },
      { validation: { share: 0.2 } },
    );
    expect(training.stream).toHaveLength(8);
    expect(validation.stream).toHaveLength(2);
    expect(summary).toBe("10 characters, 1 distinct, 2 ⟨unknown⟩, the last 2 held back");
  });

  it("knows only the tokens of its training part; the others are ⟨unknown⟩", async () => {
    const { encoding, validation } = await load(
      book,
      { "book.txt": "ababababxy" },
      { validation: { share: 0.2 } },
    );
    expect(encoding).toMatchObject({ vocabulary: { tokens: ["⟨unknown⟩", "a", "b"], unknown: 0 } });
    expect(tokensIn(validation.stream)).toEqual([0, 0]);
  });

  it("has no ⟨unknown⟩ when it needs none", async () => {
    const { encoding } = await load(book, { "book.txt": "babab" }, everything);
    expect(encoding).toMatchObject({ vocabulary: { tokens: ["b", "a"] } });
    expect(JSON.parse(JSON.stringify(encoding))).toEqual(encoding);
  });

  it("keeps the most frequent tokens when the vocabulary is limited", async () => {
    const text = { ...book, level: "word", lowercase: true, maximumVocabulary: 2 };
    const { encoding, training } = await load(
      text,
      { "book.txt": "The cat and the dog and the Bird" },
      everything,
    );
    expect(encoding).toMatchObject({ vocabulary: { tokens: ["⟨unknown⟩", "the", "and"] } });
    expect(tokensIn(training.stream)).toEqual([1, 0, 2, 1, 0, 2, 1, 0]);
  });

  it("may be several files: a list in its order, a pattern in natural order, with a line end between them", async () => {
    const files = { "c/10.txt": "x", "c/2.txt": "y\n", "c/1.txt": "z", "a.txt": "a" };
    const dataset = await load({ ...book, path: ["c/*", "a.txt"] }, files, everything);
    const labels = dataset.training.labels(0);
    expect(labels.map(({ input }) => input).join("")).toBe("z⏎y⏎x⏎");
    expect(labels.at(-1)?.target).toBe("a");
    expect(labels.map(({ place }) => `${place?.file}:${place?.line}:${place?.column}`)).toEqual([
      "c/1.txt:1:1",
      "c/1.txt:1:2",
      "c/2.txt:1:1",
      "c/2.txt:1:2",
      "c/10.txt:1:1",
      "c/10.txt:1:2",
    ]);
  });

  it("gives every token its place in the person's own file", async () => {
    const text = "Eins, zwei\n\n  drei 😀 vier\n";
    for (const level of ["character", "word"]) {
      const dataset = await load({ ...book, level }, { "book.txt": text }, everything);
      const lines = text.split("\n");
      for (const { input, place } of dataset.training.labels(0)) {
        if (!place) throw new Error("no place");
        const written = `${lines[place.line - 1]}\n`.slice(
          place.column - 1,
          place.column - 1 + place.length,
        );
        expect(visible(written), `${place.line}:${place.column}`).toBe(input);
      }
    }
  });

  it("is listed as windows that follow on each other, and can be read further than a window", async () => {
    const dataset = await load(book, { "book.txt": "0123456789" }, { ...everything, bptt: 4 });
    const { total, items } = listSequences(dataset, "training", 0, 10);
    expect(total).toBe(3);
    expect(items.map(({ title }) => title)).toEqual(["0123", "4567", "8"]);
    expect(items[1].detail).toBe("book.txt, line 1");
    const longer = sequenceAt(dataset, {
      kind: "example",
      split: "training",
      index: 1,
      steps: 100,
    });
    expect(longer.steps.map(({ input }) => input).join("")).toBe("45678");
    expect(longer.batch).toMatchObject({ steps: 5, size: 1, carry: false });
    const single = sequenceAt(dataset, { kind: "example", split: "training", index: 0, steps: 1 });
    expect(single.batch.steps).toBe(1);
  });

  it("that is too short is refused with what to do", async () => {
    const short = await refusal(book, { "book.txt": "a" });
    expect(short.message).toContain("1 character is left to train on");
    const blank = await refusal({ ...book, level: "word" }, { "book.txt": " \n " });
    expect(blank.message).toContain("0 words are left");
  });

  it("warns when nothing can be held back", async () => {
    const { warnings, validation } = await load(book, { "book.txt": "abcabc" });
    expect(validation.sequenceCount).toBe(0);
    expect(warnings).toEqual([
      expect.objectContaining({ path: ["training", "validation", "share"] }),
    ]);
  });
});
