import { describe, expect, it } from "vitest";
import { createSteadyRange } from "../../../../webview/lib/steadyRange.ts";

describe("the range of what was seen", () => {
  it("widens and never narrows, so that a colour goes on meaning the same value", () => {
    const { including } = createSteadyRange();
    expect(including("c", { minimum: -1, maximum: 2 })).toEqual({ minimum: -1, maximum: 2 });
    expect(including("c", { minimum: -3, maximum: 1 })).toEqual({ minimum: -3, maximum: 2 });
    expect(including("c", { minimum: 0, maximum: 0.1 })).toEqual({ minimum: -3, maximum: 2 });
  });

  it("begins anew for something else", () => {
    const { including } = createSteadyRange();
    including("c", { minimum: -9, maximum: 9 });
    expect(including("h", { minimum: 0, maximum: 1 })).toEqual({ minimum: 0, maximum: 1 });
  });

  it("is not spoilt by weights of which no value is finite", () => {
    const { including } = createSteadyRange();
    const none = { minimum: Infinity, maximum: -Infinity };
    expect(including("c", none)).toEqual(none);
    including("c", { minimum: 0, maximum: 1 });
    expect(including("c", none)).toEqual({ minimum: 0, maximum: 1 });
    expect(including("c", { minimum: 0, maximum: NaN })).toEqual({ minimum: 0, maximum: 1 });
  });
});
