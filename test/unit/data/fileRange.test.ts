/** Ranges of a person's own files as sequences: which tokens, where each stands, what is refused. */
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { parseCsv } from "../../../src/data/csv.ts";
import type { TableEncoding } from "../../../src/data/encoding.ts";
import { sequenceOfRows, sequenceOfText } from "../../../src/data/fileRange.ts";
import { readTextFile, type TextFile } from "../../../src/data/files.ts";
import type { Level } from "../../../src/data/tokens.ts";
import { memoryFiles } from "./builders.ts";

const fileOf = (text: string): Promise<TextFile> =>
  readTextFile(memoryFiles({ "book.txt": text }), "book.txt");

const encodingOf = (tokens: readonly string[], level: Level = "character", unknown?: number) =>
  ({
    kind: "text",
    level,
    lowercase: false,
    vocabulary: { tokens, ...(unknown === undefined ? {} : { unknown }) },
  }) as const;

const letters = encodingOf(["a", "b", "c", "d", "é", "😀", " ", "\n"]);

const at = (line: number, column?: number) => ({ line, column });

const weatherTable = async () =>
  parseCsv(await fileOf('day,wind,rain\nmon,1,0\n"tue\nnoon",3,5\nwed,5,6\nthu,7,8\n'));

function problemOf(call: () => unknown): UserError {
  try {
    call();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

describe("a range of a text", () => {
  it("is read token by token, each at its line and column, through CRLF and characters of two units", async () => {
    const file = await fileOf("\ufeffab\r\n😀c\r\nd");
    const { steps, batch } = sequenceOfText(letters, file, { from: { line: 1, column: 2 } });
    expect(steps.map(({ input }) => input)).toEqual(["b", "⏎", "😀", "c", "⏎", "d"]);
    expect(steps.map(({ place }) => [place?.line, place?.column, place?.length])).toEqual([
      [1, 2, 1],
      [1, 3, 1],
      [2, 1, 2],
      [2, 3, 1],
      [2, 4, 1],
      [3, 1, 1],
    ]);
    expect(batch.steps).toBe(6);
    expect(steps.map(({ target }) => target)).toEqual(["⏎", "😀", "c", "⏎", "d", undefined]);
  });

  it("ends before its end column, and its last token has the one that follows as its answer", async () => {
    const file = await fileOf("abcd");
    const range = { from: { line: 1, column: 1 }, to: { line: 1, column: 3 } };
    const { steps, batch } = sequenceOfText(letters, file, range);
    expect(steps.map(({ input, target }) => [input, target])).toEqual([
      ["a", "b"],
      ["b", "c"],
    ]);
    expect([...(batch.weights ?? [])]).toEqual([1, 1]);
  });

  it("reads words, of which line breaks are no part, and no more than were asked for", async () => {
    const words = encodingOf(["the", "cat", "sat", "."], "word");
    const file = await fileOf("the  cat\nsat.\n");
    const { steps } = sequenceOfText(words, file, { from: { line: 1 }, steps: 3 });
    expect(
      steps.map(({ input, target, place }) => [
        input,
        target,
        place?.line,
        place?.column,
        place?.length,
      ]),
    ).toEqual([
      ["the", "cat", 1, 1, 3],
      ["cat", "sat", 1, 6, 3],
      ["sat", ".", 2, 1, 3],
    ]);
  });

  it("takes a whole last line where its end has no column", async () => {
    const file = await fileOf("ab\ncd\nab");
    const range = { from: { line: 2 }, to: { line: 2 } };
    expect(
      sequenceOfText(letters, file, range)
        .steps.map(({ input }) => input)
        .join(""),
    ).toBe("cd⏎");
  });

  it("names the place in the file of a token that the model never saw", async () => {
    const file = await fileOf("ab\naxb");
    const problem = problemOf(() => sequenceOfText(letters, file, { from: { line: 2 } }));
    expect(problem.message).toContain('"x" at book.txt, line 2, column 2');
    expect(problem.details.place).toEqual({ file: "book.txt", line: 2, column: 2 });
  });

  it("reads an unknown token as ⟨unknown⟩ where the model has one", async () => {
    const file = await fileOf("axb");
    const known = encodingOf(["⟨unknown⟩", "a", "b"], "character", 0);
    const { batch } = sequenceOfText(known, file, { from: { line: 1 } });
    expect(batch.input).toMatchObject({ tokens: Int32Array.of(1, 0, 2) });
  });

  it("that is not in the file, or is empty, or is no range, is refused", async () => {
    const file = await fileOf("ab\ncd");
    const messageOf = (
      from: { line: number; column?: number },
      to?: { line: number; column?: number },
    ) => problemOf(() => sequenceOfText(letters, file, { from, to })).message;
    expect(messageOf(at(3))).toBe("book.txt has 2 lines, and no line 3.");
    expect(messageOf(at(2, 1), at(1, 1))).toContain("nothing between the ends");
    expect(messageOf(at(0))).toContain("not a place");
    expect(messageOf(at(1, 1.5))).toContain("not a place");
  });
});

describe("rows of a table", () => {
  const encoding: TableEncoding = {
    kind: "table",
    inputs: [{ name: "wind", mean: 1, deviation: 2 }],
    targets: [{ name: "rain", mean: 0, deviation: 1 }],
    horizon: 1,
    shape: "many-to-many",
  };

  it("are read with the scales of the training, each at its own line, quoted line breaks counted", async () => {
    const { batch, steps, title } = sequenceOfRows(encoding, await weatherTable(), [1, 3], {
      time: "day",
      condition: "first-step",
    });
    expect(batch.input).toEqual({ kind: "dense", values: Float32Array.of(0, 1, 2) });
    expect(batch.target).toEqual({ kind: "values", values: Float32Array.of(5, 6, 8) });
    expect(steps.map(({ place }) => place?.line)).toEqual([2, 3, 5]);
    expect(steps[2].targetValues).toEqual([{ name: "rain", value: 8 }]);
    expect(title).toBe("mon … wed");
  });

  it("that the table does not have, or that have nothing after them to predict, are refused", async () => {
    const rows = await weatherTable();
    const messageOf = (range: readonly [number, number]) =>
      problemOf(() => sequenceOfRows(encoding, rows, range, { condition: "first-step" })).message;
    expect(messageOf([2, 4])).toBe(
      "book.txt has 4 rows, of which the last 1 can only be predicted, and no row 4 to read.",
    );
    expect(messageOf([3, 2])).toContain("not a range of rows");
    expect(messageOf([0, 2])).toContain("not a range of rows");
  });

  it("of a table that lost a column say which", async () => {
    const other = parseCsv(await fileOf("day,winds,rain\nmon,1,0\ntue,1,0\n"));
    const problem = problemOf(() =>
      sequenceOfRows(encoding, other, [1, 1], { condition: "first-step" }),
    );
    expect(problem.message).toContain('no column "wind"');
  });
});
