import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bleu } from "../../../src/analysis/translation/bleu.ts";
import { chrF } from "../../../src/analysis/translation/chrF.ts";

interface Case {
  readonly name: string;
  readonly texts: readonly { readonly written: string; readonly wanted: string }[];
  readonly bleu: number | null;
  readonly chrF: number;
}

const file = join(import.meta.dirname, "fixtures", "translationScores.json");
const { cases } = JSON.parse(await readFile(file, "utf8")) as { readonly cases: readonly Case[] };
const words = (text: string): string[] => text.split(" ");
const bleuOf = (texts: Case["texts"]): number =>
  bleu(texts.map(({ written, wanted }) => ({ written: words(written), wanted: words(wanted) })));

describe("scores of translations", () => {
  it.each(cases)("are sacrebleu's: $name", (one) => {
    if (one.bleu !== null) expect(bleuOf(one.texts)).toBeCloseTo(one.bleu, 9);
    expect(chrF(one.texts)).toBeCloseTo(one.chrF, 9);
  });

  it("count a word as often as the reference has it, not as often as it is written (Papineni et al. 2002, section 2.1)", () => {
    const wanted = words("the cat is on the mat");
    const once = bleu([{ written: words("the the the the the the"), wanted }]);
    expect(once).toBe(0);
  });

  it("judge texts of fewer than four words by the words that they have", () => {
    expect(bleuOf([{ written: "3 coronas suecas", wanted: "3 coronas suecas" }])).toBeCloseTo(100);
    expect(bleuOf([{ written: "3 coronas", wanted: "3 coronas suecas" }])).toBeCloseTo(
      100 * Math.exp(-0.5),
    );
  });

  it("are 0 of nothing", () => {
    expect(bleu([])).toBe(0);
    expect(chrF([{ written: "", wanted: "a" }])).toBe(0);
  });
});
