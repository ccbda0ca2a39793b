import { describe, expect, it } from "vitest";
import { formatMeasured, formatShare } from "../../../../webview/lib/numbers.ts";
import { withNotFinite } from "../../../../webview/lib/notFinite.ts";

describe("a message that crossed as JSON", () => {
  it("has NaN again where a number was not finite, however deep", () => {
    const sent = { rows: [{ loss: Infinity, norm: NaN, update: 3, name: "a" }], values: [1, NaN] };
    expect(withNotFinite(JSON.parse(JSON.stringify(sent)))).toEqual({
      rows: [{ loss: NaN, norm: NaN, update: 3, name: "a" }],
      values: [1, NaN],
    });
  });

  it("keeps its buffers as they are, and an answer that is nothing", () => {
    const buffer = new Float32Array([0, 1]).buffer;
    const message = { response: { values: buffer } };
    expect(withNotFinite(message)).toBe(message);
    expect(message.response.values).toBe(buffer);
    expect(withNotFinite(null)).toBeNull();
    expect(withNotFinite("text")).toBe("text");
  });

  it("shows such a number in words, and never as zero", () => {
    expect([NaN, Infinity, -Infinity].map((value) => formatMeasured(value))).toEqual([
      "not finite",
      "not finite",
      "not finite",
    ]);
    expect(formatMeasured(0.1234)).toBe("0.123");
    expect(formatShare(NaN)).toBe("not finite");
  });
});
