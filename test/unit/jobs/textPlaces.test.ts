import { describe, expect, it } from "vitest";
import { textPlaces } from "../../../src/jobs/textPlaces.ts";

describe("places of a text's tokens", () => {
  it("counts lines and columns, and lets blanks between words be", () => {
    expect(textPlaces("a.txt", "the sea\nwas calm", ["the", "sea", "was", " calm"])).toEqual([
      { file: "a.txt", line: 1, column: 1, length: 3 },
      { file: "a.txt", line: 1, column: 5, length: 3 },
      { file: "a.txt", line: 2, column: 1, length: 3 },
      { file: "a.txt", line: 2, column: 4, length: 5 },
    ]);
  });

  it("knows none where a token is not in the text as it was written", () => {
    expect(textPlaces("a.txt", "The sea", ["the", "sea"])).toBeUndefined();
    expect(textPlaces("a.txt", "A sea and a ship", ["a", "sea"])).toBeUndefined();
    expect(textPlaces("a.txt", "sea", ["", "sea"])).toBeUndefined();
  });
});
