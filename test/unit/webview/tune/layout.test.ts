import { describe, expect, it } from "vitest";
import { readAbc } from "../../../../webview/tune/abc/readAbc.ts";
import { layoutOf, noteAt, rectangleOf } from "../../../../webview/tune/layout.ts";
import { lengthName, noteInWords, pitchName, tuneInWords } from "../../../../webview/tune/words.ts";

const bar = "CDEFGABc|";
const [tune] = readAbc(
  `X:1\nT:Test\nM:C\nL:1/8\nK:C\nG|${bar.repeat(11)}1c8:|2C8||\n|:${bar.repeat(2)}:|`,
);

describe("the piano roll", () => {
  const layout = layoutOf(tune, 800);

  it("has lines of eight bars, a pickup besides, and begins a new one with each part", () => {
    expect(layout.lines.map(({ from, to }) => [from, to])).toEqual([
      [0, 9],
      [9, 14],
      [14, 16],
    ]);
    expect(layoutOf(tune, 200).lines[0]).toMatchObject({ from: 0, to: 2 });
  });

  it("puts every note into its line, higher ones above lower ones, and finds it again", () => {
    for (const [index, note] of tune.notes.entries()) {
      const box = rectangleOf(layout, tune, note);
      if (!box) throw new Error(`Note ${index} is nowhere.`);
      expect(box.x + box.width).toBeLessThanOrEqual(800);
      expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
      expect(noteAt(layout, tune, box.x + box.width / 2, box.y), `note ${index}`).toBe(index);
    }
    const [low, high] = [tune.notes[1], tune.notes[8]].map((note) =>
      rectangleOf(layout, tune, note),
    );
    expect(low?.y).toBeGreaterThan(high?.y ?? Infinity);
  });
});

describe("the words of a tune", () => {
  it("name pitches and lengths", () => {
    expect([60, 61, 71, 72].map(pitchName)).toEqual(["C4", "C♯4", "B4", "C5"]);
    expect([1 / 8, 3 / 16, 1 / 12, 1].map(lengthName)).toEqual(["1/8", "3/16", "1/12", "1"]);
  });

  it("say where a note is, and how many bars add up", () => {
    expect(noteInWords(tune, 1)).toBe("C4, 1/8, bar 2 of 16; note 2 of 107");
    expect(tuneInWords(tune)).toBe("4/4 · C · 16 bars, all as long as the metre says");
  });
});
