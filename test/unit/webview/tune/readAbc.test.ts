import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keySignature } from "../../../../webview/tune/abc/key.ts";
import { readAbc } from "../../../../webview/tune/abc/readAbc.ts";
import { barsInOrder, performanceOf } from "../../../../webview/tune/performance.ts";
import { pitchName } from "../../../../webview/tune/words.ts";

const head = (key = "C", metre = "4/4"): string => `X:1\nT:Test\nM:${metre}\nL:1/8\nK:${key}\n`;
const tune = (body: string, key?: string, metre?: string) => {
  const [found] = readAbc(`${head(key, metre)}${body}`);
  return found;
};
const pitches = (body: string, key?: string): string =>
  tune(body, key)
    .notes.map(({ pitch }) => pitchName(pitch))
    .join(" ");
/** In eighths. */
const lengths = (body: string, metre?: string): number[] =>
  tune(body, "C", metre).notes.map(({ length }) => Math.round(length * 8 * 1e6) / 1e6);

const order = (body: string): string => barsInOrder(tune(body, "C")).join("");

const samples = join(import.meta.dirname, "../../../../media/samples/folk-tunes");

describe("notes in ABC notation", () => {
  it("are letters, small ones an octave higher, with marks for further octaves", () => {
    expect(pitches("C,CGc c'")).toBe("C3 C4 G4 C5 C6");
  });

  it("follow the key, and accidentals until the bar ends", () => {
    expect(pitches("F^FF|F=F_B", "G")).toBe("F♯4 F♯4 F♯4 F♯4 F4 A♯4");
    expect(pitches("C^CC|C", "C")).toBe("C4 C♯4 C♯4 C4");
    // A tie takes its accidental across the line.
    expect(pitches("^C4-|C4", "C")).toBe("C♯4 C♯4");
  });

  it.each([
    ["G", ["F"], 1],
    ["Em", ["F"], 1],
    ["Ador", ["F"], 1],
    ["Dmix", ["F"], 1],
    ["A", ["F", "C", "G"], 1],
    ["F", ["B"], -1],
    ["Gm", ["B", "E"], -1],
    ["Bb", ["B", "E"], -1],
    ["F# minor", ["F", "C", "G"], 1],
  ] as const)("have in %s the accidentals of that key", (key, letters, by) => {
    const signature = keySignature(key);
    expect([...(signature?.keys() ?? [])].toSorted()).toEqual([...letters].toSorted());
    for (const shift of signature?.values() ?? []) expect(shift).toBe(by);
  });

  it("last as long as they say", () => {
    expect(lengths("C2C/C//C3/2C/4C4")).toEqual([2, 0.5, 0.25, 1.5, 0.25, 4]);
  });

  it("are dotted by > and <, and grouped by three in the time of two", () => {
    expect(lengths("C>DE<F")).toEqual([1.5, 0.5, 0.5, 1.5]);
    expect(lengths("(3CDEF")).toEqual([0.666667, 0.666667, 0.666667, 1]);
    expect(lengths("(3C2D2E2")).toEqual([1.333333, 1.333333, 1.333333]);
  });

  it("sound together in a chord", () => {
    const { notes, bars } = tune("[CEG]2 C6|");
    expect(notes.map(({ start }) => start * 8)).toEqual([0, 0, 0, 2]);
    expect(bars).toMatchObject([{ length: 1, isOff: false }]);
  });

  it("know their place in the text", () => {
    const text = `${head()}C2|^d/2 z E`;
    const [{ notes }] = readAbc(text);
    expect(notes.map(({ span }) => text.slice(span.offset, span.offset + span.length))).toEqual([
      "C2",
      "^d/2",
      "E",
    ]);
  });
});

describe("bars in ABC notation", () => {
  it("are as long as the metre says, but for a pickup and what it leaves at the end", () => {
    const { bars } = tune("G2|CDEF GABc|CDE|C8 D|C6:|", "C");
    expect(bars.map(({ isOff }) => isOff)).toEqual([false, false, true, true, false]);
  });

  it("are repeated with their first and second ending", () => {
    expect(order("C8|D8|")).toBe("01");
    expect(order("|:C8|D8:|")).toBe("0101");
    expect(order("C8|D8:|E8||")).toBe("01012");
    expect(order("C8|1D8:|2E8||F8|")).toBe("01023");
    expect(order("|:C8|[1D8:|[2E8:||:F8:|")).toBe("010233");
    expect(order("|:C8::D8:|")).toBe("0011");
    expect(order("C8:|:|:|")).toBe("00");
  });

  it("hold a tied note on", () => {
    const played = performanceOf(tune("C8-|C4D4|"));
    expect(played.map(({ at, length }) => [at, length])).toEqual([
      [0, 1.5],
      [1.5, 0.5],
    ]);
  });
});

describe("a broken text", () => {
  it("is read as far as it can be, and the rest is marked with the reason", () => {
    const text = `${head()}CD&&EF|G99999A/0B|c?>|(3de`;
    const [{ notes, unread }] = readAbc(text);
    expect(notes.map(({ pitch }) => pitchName(pitch)).join(" ")).toBe("C4 D4 E4 F4 B4 C5 D5 E5");
    expect(
      unread.map((each) => [text.slice(each.offset, each.offset + each.length), each.why]),
    ).toEqual([
      ["&&", "it means nothing here"],
      ["G99999A/0", "no note lasts so long"],
      ["?", "it means nothing here"],
    ]);
  });

  it("may lack its head: C and eighths are taken, and that is said", () => {
    const [found] = readAbc("CDEF|GABc|");
    expect(found).toMatchObject({ title: "without a title", key: "C" });
    expect(found.unread[0].why).toContain("no key");
    expect(found.bars.some(({ isOff }) => isOff)).toBe(false);
    expect(readAbc("")).toEqual([]);
    expect(readAbc("X:1\nT:Nothing\nK:C\n")).toEqual([]);
  });

  it("of whatever characters ends, with finite times in order and no more bars than twice", () => {
    const pieces = fc.constantFrom(
      ..."ABCdefg^_=,'/|:[]()<>-0123456789 \nzXKLM\"{}!".split(""),
      "|:",
      ":|",
      "(3",
      "X:1\n",
      "K:G\n",
      "M:6/8\n",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 120 }), (parts) => {
        const text = parts.join("");
        for (const found of readAbc(text)) {
          for (const { start, length, span } of found.notes) {
            expect(Number.isFinite(start) && length > 0 && Number.isFinite(length)).toBe(true);
            expect(span.offset + span.length).toBeLessThanOrEqual(text.length);
          }
          expect(barsInOrder(found).length).toBeLessThanOrEqual(2 * found.bars.length);
          expect(performanceOf(found).length).toBeLessThanOrEqual(2 * found.notes.length);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("the tunes of the sample", () => {
  it("are all understood, and nearly all of their bars add up", async () => {
    const text = await readFile(join(samples, "tunes.abc"), "utf8");
    const tunes = readAbc(text);
    expect(tunes).toHaveLength(text.match(/^X:/gm)?.length ?? 0);
    expect(tunes.flatMap(({ unread }) => unread)).toEqual([]);
    const bars = tunes.flatMap((each) => each.bars);
    expect(bars.filter(({ isOff }) => isOff).length / bars.length).toBeLessThan(0.01);
  });
});
