import { describe, expect, it } from "vitest";
import { maximumBytes } from "../../../src/data/files.ts";
import { load, refusal } from "./builders.ts";

const book = { kind: "text", path: "book.txt" };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("a file that cannot be read as text", () => {
  it("that is missing is named, for a file, a pattern and an item of a list", async () => {
    const missing = await refusal(book);
    expect(missing.message).toBe('There is no file or folder "book.txt" beside this config.');
    expect(missing.details.path).toEqual(["data", "path"]);
    expect((await refusal({ ...book, path: "chapters/*" })).message).toBe(
      'No file matches "chapters/*".',
    );
    const second = await refusal({ ...book, path: ["a.txt", "b.txt"] }, { "a.txt": "abc" });
    expect(second.details.path).toEqual(["data", "path", 1]);
  });

  it("that is empty is named", async () => {
    const empty = await refusal(book, { "book.txt": "" });
    expect(empty.message).toBe("book.txt is empty.");
    expect(empty.details.place).toEqual({ file: "book.txt" });
  });

  it("that is binary is named, with the byte that says so", async () => {
    const png = bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
    expect((await refusal(book, { "book.txt": png })).message).toContain("byte 8 is zero");
  });

  it("that is too large to be held is refused before it is decoded, where it has to be held", async () => {
    const huge = new Uint8Array(maximumBytes + 1).fill(97);
    const messages = { kind: "labelled-text", path: "sms.csv", text: "text", label: "label" };
    expect((await refusal(messages, { "sms.csv": huge })).message).toBe(
      "sms.csv is 401 MB; Unroll reads up to 400 MB.",
    );
  });

  it("that is not UTF-8 is refused at the first character that cannot be told", async () => {
    const latin1 = bytes(97, 10, 98, 0xe9, 99);
    const refused = await refusal(book, { "book.txt": latin1 });
    expect(refused.details.place).toEqual({ file: "book.txt", line: 2, column: 2 });
    expect(refused.details.advice).toContain("UTF-8");
  });
});

const labelsOf = async (text: string) => {
  const dataset = await load(book, { "book.txt": text }, { validation: { share: 0 } });
  return dataset.training.labels(0);
};

describe("a text file", () => {
  it("may begin with a byte order mark, and be UTF-16", async () => {
    const marked = await load(book, { "book.txt": bytes(0xef, 0xbb, 0xbf, 97, 98, 97) });
    expect(marked.summary).toBe("3 characters, 2 distinct");
    const utf16 = await load(book, { "book.txt": bytes(0xff, 0xfe, 97, 0, 98, 0, 97, 0) });
    expect(utf16.summary).toBe("3 characters, 2 distinct");
  });

  it("has the same tokens and places whatever its line ends", async () => {
    const unix = await labelsOf("ab\ncd\n");
    expect(await labelsOf("ab\r\ncd\r\n")).toEqual(unix);
    expect(await labelsOf("ab\rcd\r")).toEqual(unix);
    expect(unix[3].place).toEqual({ file: "book.txt", line: 2, column: 1, length: 1 });
  });
});
