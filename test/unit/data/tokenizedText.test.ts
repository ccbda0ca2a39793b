import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenize } from "../../../src/data/tokenizedText.ts";
import { forEachToken, type Level } from "../../../src/data/tokens.ts";

const texts = fc.array(
  fc
    .array(
      fc.constantFrom("a", "B", "é", " ", "\n", "word", "don’t", "🙂", "\ud83d", "3.14", "!"),
      {
        maxLength: 700,
      },
    )
    .map((parts) => ({ text: parts.join("") })),
  { minLength: 1, maxLength: 4 },
);

const different = (count: number): string =>
  Array.from({ length: count }, (_, k) => String.fromCharCode(0x4e00 + k)).join("");

describe("a tokenized text", () => {
  it.each<Level>(["character", "word"])("knows every %s and where it stands", (level) => {
    fc.assert(
      fc.property(texts, fc.boolean(), (given, lowercase) => {
        const tokenized = tokenize(given, { level, lowercase });
        const { distinct, ids, starts } = tokenized;
        let position = 0;
        for (const [index, { text }] of given.entries()) {
          expect(starts[index]).toBe(position);
          forEachToken(text, level, (token, offset) => {
            expect(distinct[ids[position]]).toBe(lowercase ? token.toLowerCase() : token);
            expect(tokenized.offsetOf(position)).toBe(offset);
            position++;
          });
        }
        expect(ids).toHaveLength(position);
      }),
      { numRuns: 25 },
    );
  });

  it("takes as few bytes for each token as there are different ones", () => {
    const bytes = [200, 300].map(
      (count) =>
        tokenize([{ text: different(count) }], { level: "character", lowercase: false }).ids
          .BYTES_PER_ELEMENT,
    );
    expect(bytes).toEqual([1, 2]);
    const words = Array.from({ length: 70_000 }, (_, k) => `w${k}`).join(" ");
    const { ids, distinct } = tokenize([{ text: words }], { level: "word", lowercase: false });
    expect(ids.BYTES_PER_ELEMENT).toBe(4);
    expect(distinct[ids[69_999]]).toBe("w69999");
  });

  it("finds the place of a word longer than any that people write", () => {
    const long = "x".repeat(100_000);
    const text = `${long} a ${long} b`;
    const tokenized = tokenize([{ text }], { level: "word", lowercase: false });
    expect(Array.from(tokenized.ids, (_, position) => tokenized.offsetOf(position))).toEqual([
      0, 100_001, 100_003, 200_004,
    ]);
  });
});
