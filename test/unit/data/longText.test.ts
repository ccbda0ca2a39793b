/** Texts that are larger than what is kept of them in memory: they have to be the same texts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBatcher } from "../../../src/data/batcher.ts";
import { placeIn, textFileOf, type FileSource } from "../../../src/data/files.ts";
import type { TextMemory } from "../../../src/data/longText/readTokens.ts";
import { loadText } from "../../../src/data/text.ts";
import { createUniform } from "../../../src/data/randomness.ts";
import { forEachToken, tokenLength, visible, type Level } from "../../../src/data/tokens.ts";
import { configOf, memoryFiles, tokensIn } from "./builders.ts";

type Loaded = Awaited<ReturnType<typeof loadText>>;

/** Nothing is held, and of the tokens hardly more than are needed at a time. */
const tiny: TextMemory = { heldBytes: 0, tokenBytes: 160, blockTokens: 5 };

async function loadAll(
  files: Parameters<typeof memoryFiles>[0],
  level: Level,
  memory?: TextMemory,
  source: FileSource = memoryFiles(files),
): Promise<Loaded> {
  const data = { kind: "text", path: Object.keys(files), level, lowercase: level === "word" };
  const config = configOf(data, { validation: { share: 0.2 }, bptt: 7 });
  if (config.data.kind !== "text") throw new Error("no text");
  return loadText(config.data, config.training, source, memory);
}

const utf16 = (text: string, isBig: boolean): Uint8Array => {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, !isBig);
  for (let at = 0; at < text.length; at++) view.setUint16(2 + 2 * at, text.charCodeAt(at), !isBig);
  return bytes;
};

const encodings = {
  utf8: (text: string) => new TextEncoder().encode(text),
  marked: (text: string) => new TextEncoder().encode(`\ufeff${text}`),
  little: (text: string) => utf16(text, false),
  big: (text: string) => utf16(text, true),
};

const part = fc.constantFrom(
  ...Array.from("aB ,é中🙂'-_9."),
  "\r\n",
  "\n",
  "\r",
  "don’t",
  "well-known",
  " the ",
);
const files = fc.array(
  fc.record({
    text: fc.array(part, { minLength: 1, maxLength: 60 }).map((parts) => parts.join("")),
    encoding: fc.constantFrom<keyof typeof encodings>("utf8", "utf8", "marked", "little", "big"),
  }),
  { minLength: 1, maxLength: 4 },
);
const level = fc.constantFrom<Level>("character", "word");

/** Tokens and places of the texts as they are when somebody reads them whole. */
function naively(given: readonly { text: string }[], at: Level) {
  return given.flatMap(({ text: written }, index) => {
    const text = written.replaceAll(/\r\n?/g, "\n");
    const file = textFileOf(`${index}.txt`, text);
    const isEnded = index === given.length - 1 || text.endsWith("\n");
    const found: { token: string; place: object }[] = [];
    forEachToken(isEnded ? text : `${text}\n`, at, (token, offset) => {
      const length = tokenLength(token, 0, at);
      found.push({
        token: at === "word" ? token.toLowerCase() : token,
        place: { ...placeIn(file, offset), length },
      });
    });
    return found;
  });
}

const filesOf = (given: readonly { text: string; encoding: keyof typeof encodings }[]) =>
  Object.fromEntries(
    given.map(({ text, encoding }, index) => [`${index}.txt`, encodings[encoding](text)]),
  );

const titles = ({ training }: Loaded) =>
  Array.from({ length: training.sequenceCount }, (_, index) => training.describe(index));

describe("a text that does not fit into memory", () => {
  it("has the tokens of the same text read whole, each at its place", async () => {
    await fc.assert(
      fc.asyncProperty(files, level, async (given, at) => {
        const expected = naively(given, at);
        fc.pre(expected.length - Math.floor(expected.length * 0.2) >= 2);
        const { training, validation, encoding } = await loadAll(filesOf(given), at, tiny);
        if (encoding.kind !== "text") throw new Error("no text");
        const { tokens } = encoding.vocabulary;
        const read = [...tokensIn(training.stream), ...tokensIn(validation.stream)];
        expect(read).toHaveLength(expected.length);
        read.forEach((token, position) => {
          if (tokens[token] !== "⟨unknown⟩") expect(tokens[token]).toBe(expected[position].token);
        });
        const labels = Array.from({ length: training.sequenceCount }, (_, index) =>
          training.labels(index),
        ).flat();
        labels.forEach(({ input, place }, position) => {
          expect(input).toBe(visible(expected[position].token));
          expect(place).toEqual(expected[position].place);
        });
      }),
      { numRuns: 150 },
    );
  });

  it("gives the batches, titles and baselines of one that does", async () => {
    await fc.assert(
      fc.asyncProperty(files, level, fc.boolean(), async (given, at, carryState) => {
        const all = filesOf(given);
        fc.pre(naively(given, at).length > 12);
        const [streamed, held] = [await loadAll(all, at, tiny), await loadAll(all, at)];
        const { encoding, summary, warnings } = held;
        expect(streamed).toMatchObject({ encoding, summary, warnings });
        streamed.baselines.forEach(({ loss }, index) =>
          expect(loss).toBeCloseTo(held.baselines[index].loss, 10),
        );
        expect(titles(streamed)).toEqual(titles(held));
        const epochs = ({ training }: Loaded) => {
          const uniform = createUniform(3);
          const options = { batch: 3, bptt: 7, carryState, uniform };
          const batcher = createBatcher(training, options);
          return [1, 2].flatMap(() => {
            batcher.startEpoch();
            const found = [];
            for (let next = batcher.next(); next; next = batcher.next())
              found.push(structuredClone(next));
            return found;
          });
        };
        expect(epochs(streamed)).toEqual(epochs(held));
      }),
      { numRuns: 100 },
    );
  });

  it("reads what is expected in the background, and each block once", async () => {
    const text = "the cat sat on the mat. ".repeat(40);
    const read: string[] = [];
    const source = memoryFiles({ "0.txt": text });
    const watched: FileSource = {
      ...source,
      async open(path) {
        const parts = await source.open(path);
        return {
          ...parts,
          read: (from, to) => (read.push("at once"), parts.read(from, to)),
          ask: (from, to) => (read.push("asked"), parts.ask(from, to)),
        };
      },
    };
    const memory = { heldBytes: 0, tokenBytes: 480, blockTokens: 40 };
    const { training } = await loadAll({ "0.txt": text }, "character", memory, watched);
    const batcher = createBatcher(training, { batch: 1, bptt: 7, carryState: true });
    read.length = 0;
    batcher.startEpoch();
    let batches = 0;
    for (let next = batcher.next(); next; next = batcher.next()) {
      batches++;
      // As the training loop does now and then.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(batches).toBeGreaterThan(100);
    expect(read.filter((how) => how === "at once").length).toBeLessThanOrEqual(2);
    expect(read.length).toBeGreaterThan(0);
  });

  it("says that a file changed, instead of training on something else", async () => {
    const contents = { "0.txt": "the cat sat on the mat. ".repeat(40) };
    const { training } = await loadAll(contents, "word", tiny);
    contents["0.txt"] = "a dog, a dog and a dog! ".repeat(40);
    const numbers = new Int32Array(7);
    expect(() => training.stream?.read(0, 7, numbers)).toThrow(
      expect.objectContaining({ message: "0.txt has changed since it was read." }),
    );
  });
});
