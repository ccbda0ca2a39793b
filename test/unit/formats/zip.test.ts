import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../src/formats/crc32.ts";
import { FormatError } from "../../../src/formats/formatError.ts";
import { openZip } from "../../../src/formats/zip.ts";
import { readsOrRefuses } from "../models/damage.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const content = text("What is written twice is shorter. What is written twice is shorter.");

const archive = (level: 0 | 6, data: Uint8Array = content): Uint8Array =>
  zipSync({ "folder/a.txt": [data, { level }], empty: [new Uint8Array(), { level: 0 }] });

const readAll = (bytes: Uint8Array): unknown =>
  [...openZip(bytes).values()].map((entry) => entry.read());

/** Where the sizes of the first entry stand in the directory. */
const directory = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(bytes.length - 6, true);
};

describe("zip", () => {
  it.each([0, 6] as const)("gives back what was put in: level %d", (level) => {
    const entries = openZip(archive(level));
    expect([...entries.keys()]).toEqual(["folder/a.txt", "empty"]);
    expect(entries.get("folder/a.txt")?.read()).toEqual(content);
    expect(entries.get("empty")?.read()).toHaveLength(0);
  });

  it("has the checksum of the standard", () => {
    expect(crc32(text("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });

  it("is refused when a byte of a stored entry has changed", () => {
    const bytes = archive(0);
    bytes[60] ^= 1;
    expect(() => readAll(bytes)).toThrow(/"folder\/a\.txt" is damaged: its checksum is wrong/);
  });

  it("is refused when it claims to unpack to what nobody could have packed", () => {
    const bytes = archive(6);
    new DataView(bytes.buffer).setUint32(directory(bytes) + 24, 0x7fffffff, true);
    expect(() => readAll(bytes)).toThrow(/out of all proportion/);
  });

  it("is refused when many entries unpack to much together", () => {
    const zeros = new Uint8Array(3_000_000);
    const bomb = zipSync({ a: zeros, b: zeros, c: zeros });
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => readAll(bomb)).toThrow(/out of all proportion/);
  });

  it.each<[string, (bytes: Uint8Array, view: DataView, at: number) => Uint8Array | void, RegExp]>([
    [
      "it has no directory",
      (bytes) => bytes.subarray(0, bytes.length - 30),
      /directory is missing/,
    ],
    [
      "its directory lies elsewhere",
      (bytes, view) => view.setUint32(bytes.length - 6, 1e9, true),
      /beyond its end/,
    ],
    [
      "it claims many entries",
      (bytes, view) => view.setUint16(bytes.length - 12, 60_000, true),
      /60000 entries/,
    ],
    ["it is encrypted", (_, view, at) => view.setUint16(at + 8, 1, true), /encrypted/],
    [
      "it is compressed otherwise",
      (_, view, at) => view.setUint16(at + 10, 12, true),
      /a way \(12\)/,
    ],
    [
      "an entry lies beyond the end",
      (_, view, at) => view.setUint32(at + 20, 1e9, true),
      /beyond the archive's end/,
    ],
    [
      "an entry is not where it should be",
      (_, view, at) => view.setUint32(at + 42, 7, true),
      /not where the directory says/,
    ],
  ])("is refused when %s", (_, damage, message) => {
    const bytes = archive(6);
    const damaged = damage(bytes, new DataView(bytes.buffer), directory(bytes)) ?? bytes;
    expect(() => readAll(damaged)).toThrow(FormatError);
    expect(() => readAll(damaged)).toThrow(message);
  });

  it("answers any damage with entries or a FormatError", () => {
    readsOrRefuses(archive(6), readAll, 1000);
  });
});
