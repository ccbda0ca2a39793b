import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPairCounts } from "../../../src/data/pairCounts.ts";
import { createTokenCounter, renumbered, withoutEnd } from "../../../src/data/tokenCounts.ts";
import { countsOf } from "./builders.ts";

/** Of few tokens, of some hundred, and of more than have a table. */
const rows = fc
  .tuple(fc.constantFrom(3, 70, 300, 3000), fc.array(fc.nat(), { maxLength: 400 }))
  .map(([size, numbers]) => Int32Array.from(numbers, (number) => number % size));

function naively(row: Int32Array) {
  const tokens = new Map<number, number>();
  const pairs = new Map<string, number>();
  row.forEach((token, at) => {
    tokens.set(token, (tokens.get(token) ?? 0) + 1);
    if (at === 0) return;
    const pair = `${row[at - 1]} ${token}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  });
  return { tokens, pairs };
}

function asMaps({ tokens, pairs }: ReturnType<typeof countsOf>) {
  const found = new Map<string, number>();
  pairs.forEach((first, second, times) => {
    expect(pairs.get(first, second)).toBe(times);
    if (times > 0) found.set(`${first} ${second}`, times);
  });
  const seen = Array.from(tokens.entries()).filter(([, times]) => times > 0);
  return { tokens: new Map(seen), pairs: found };
}

describe("the counts of a row of tokens", () => {
  it("are right however many there are, and in however many parts they come", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 50 }), (row, length) => {
        const counter = createTokenCounter();
        for (let from = 0; from < row.length; from += length) {
          const part = row.subarray(from, from + length);
          counter.add(part, part.length);
        }
        const counts = counter.counts();
        expect(counts.length).toBe(row.length);
        expect(asMaps(counts)).toEqual(naively(row));
      }),
    );
  });

  it("are those of the beginning, once the end is taken off", () => {
    fc.assert(
      fc.property(rows, fc.nat({ max: 100 }), (row, wanted) => {
        const at = Math.max(0, row.length - wanted);
        const rest = withoutEnd(
          countsOf(row),
          countsOf(row.subarray(at)),
          at > 0 ? row[at - 1] : undefined,
        );
        expect(rest.length).toBe(at);
        expect(asMaps(rest)).toEqual(naively(row.subarray(0, at)));
      }),
    );
  });

  it("come together where two tokens become one", () => {
    const counts = renumbered(countsOf(Int32Array.of(0, 1, 2, 1)), Int32Array.of(1, 0, 0), 2);
    expect(asMaps(counts)).toEqual(naively(Int32Array.of(1, 0, 0, 0)));
    expect(counts.first).toBe(1);
  });

  it("know nothing of pairs of which there are too many", () => {
    const pairs = createPairCounts(1000);
    for (let token = 0; token < 900; token++) pairs.add(token, token + 1, 1);
    expect(pairs.isFull).toBe(false);
    for (let token = 0; token < 900; token++) pairs.add(token, token + 2, 1);
    expect(pairs.isFull).toBe(true);
    expect(pairs.get(0, 1)).toBe(0);
  });
});
