import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { parseCsv } from "../../../src/data/csv.ts";
import { createCsvReader, placeOfCell } from "../../../src/data/csvReader.ts";
import { readTextFile, textFileOf, textPieces } from "../../../src/data/files.ts";
import { memoryFiles } from "./builders.ts";

interface Read {
  readonly names: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly line: number }[];
  readonly refused?: string;
}

/** What a reader says of a text that comes in pieces of these lengths, one after the other. */
function read(text: string, lengths: readonly number[]): Read {
  const rows: Read["rows"][number][] = [];
  let names: readonly string[] = [];
  const reader = createCsvReader("t.csv", {
    header: (header) => (names = header.names),
    row: ({ cells, line }) => rows.push({ cells: [...cells], line }),
  });
  try {
    let from = 0;
    for (let piece = 0; from < text.length; piece++) {
      const to = from + lengths[piece % lengths.length];
      reader.push(text.slice(from, to));
      from = to;
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { names, rows, refused: error.message };
  }
  return { names, rows };
}

const cell = fc.oneof(
  fc.constantFrom("1", "-2.5", "", "x y"),
  fc.constantFrom('"a, b"', '"two\nlines"', '"says ""no"""', '""'),
);
const table = fc
  .integer({ min: 2, max: 3 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 }),
  )
  .map((rows) => [
    "a,b,c".slice(0, 2 * (rows[0]?.length ?? 1) - 1),
    ...rows.map((r) => r.join(",")),
  ]);

describe("a CSV file in pieces", () => {
  it("is read as if it had come whole, however it was cut", () => {
    fc.assert(
      fc.property(
        table,
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        (lines, endsInBreak, lengths) => {
          const text = lines.join("\n") + (endsInBreak ? "\n" : "");
          expect(read(text, lengths)).toEqual(read(text, [text.length]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      "a row that is too short",
      "a,b\n1,2\n\n3\n4,5\n",
      "t.csv, line 4, column 1: this row has 1 cell",
    ],
    [
      "a quote in a quoted cell",
      'a,b\n"x\ny",2\n3,"4" 5\n',
      "t.csv, line 4, column 3: this cell goes on",
    ],
    [
      "a quote that is not closed",
      'a,b\n1,2\n3,"4\n5,6\n7,8',
      "t.csv, line 3, column 3: this cell opens",
    ],
  ])("says where it finds %s", (_, text, message) => {
    for (const length of [1, 4, 9, 1000]) expect(read(text, [length]).refused).toContain(message);
  });

  it("has the same rows with and without quotes", () => {
    const plain = fc.constantFrom("1", "", " x ", "é", "a b");
    const table = fc.array(fc.array(plain, { minLength: 2, maxLength: 2 }), { maxLength: 8 });
    fc.assert(
      fc.property(
        table,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (rows, cuts) => {
          const lines = rows.map((cells) => cells.join(","));
          const text = ["a,b", ...lines, ""].join("\n");
          // One quoted cell, and all of what is read at once goes through papaparse.
          const quoted = text.replaceAll(/[^,\n]+/g, '"$&"');
          expect(read(text, cuts)).toEqual(read(quoted, cuts));
        },
      ),
    );
  });

  it("says where a cell is, of a row far down", () => {
    const places: object[] = [];
    const reader = createCsvReader("t.csv", {
      header: () => {},
      row: (row) => places.push(placeOfCell(row, 1)),
    });
    const text = 'a,b\n"x\ny",22\n3,"4, 4"\n';
    for (const character of text) reader.push(character);
    reader.end();
    expect(places).toEqual([
      { file: "t.csv", line: 3, column: 4, length: 2 },
      { file: "t.csv", line: 4, column: 3, length: 6 },
    ]);
    const whole = parseCsv(textFileOf("t.csv", text));
    expect(whole.rowOffsets.map((offset) => text.slice(offset, offset + 2))).toEqual(['"x', "3,"]);
  });
});

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole = async (content: Uint8Array): Promise<string> => {
  let text = "";
  for await (const piece of textPieces(memoryFiles({ t: content }), "t")) text += piece;
  return text;
};

describe("a text in pieces", () => {
  it.each([
    ["a byte order mark", encode("\ufeffa,b\n1,2")],
    ["lines that end as on Windows and as on old Macs", encode("aaaaaa\r\nb\rc\r\n\r\nd\r")],
    ["characters of several bytes", encode("größte Bäume, 日本語, 🌲🌲🌲")],
    ["UTF-16", Uint8Array.from([0xff, 0xfe, 0x61, 0, 0xe4, 0, 0x0d, 0, 0x0a, 0, 0x62, 0])],
  ])("is the text of the whole: %s", async (_, bytes) => {
    expect(await whole(bytes)).toBe((await readTextFile(memoryFiles({ t: bytes }), "t")).text);
  });

  it.each([
    ["is empty", new Uint8Array(0)],
    ["is no text", Uint8Array.from([0x50, 0x4b, 0, 1])],
    ["is in another encoding", Uint8Array.from([...encode("first line\nsecond "), 0xe4, 0x0a])],
    ["ends within a character", Uint8Array.from([...encode("first line\n"), 0xc3])],
  ])("is refused with the same words when it %s", async (_, bytes) => {
    const refusal = await readTextFile(memoryFiles({ t: bytes }), "t").catch((error) => error);
    expect(refusal).toBeInstanceOf(UserError);
    await expect(whole(bytes)).rejects.toThrow(refusal);
  });
});
