import { describe, expect, it } from "vitest";
import { partWithin } from "../../../../webview/lib/span.ts";

const computed = { from: 4, to: 9 };

describe("what of a view lies within the steps that there are", () => {
  it("is cut at both ends", () => {
    expect(partWithin({ from: 0, to: 20 }, computed)).toEqual(computed);
    expect(partWithin({ from: 5, to: 7 }, computed)).toEqual({ from: 5, to: 7 });
    expect(partWithin({ from: 2, to: 6 }, computed)).toEqual({ from: 4, to: 6 });
  });

  it("is a single step at the nearest end where nothing is in view", () => {
    expect(partWithin({ from: 0, to: 3 }, computed)).toEqual({ from: 4, to: 5 });
    expect(partWithin({ from: 12, to: 20 }, computed)).toEqual({ from: 8, to: 9 });
  });
});
