import { describe, expect, it } from "vitest";
import {
  contrast,
  css,
  mix,
  over,
  pack,
  parseColor,
  rgb,
  unpack,
} from "../../../../webview/lib/color.ts";

describe("parseColor", () => {
  it.each([
    ["#fff", rgb(255, 255, 255)],
    ["#0078d4", rgb(0, 120, 212)],
    ["#FF000080", rgb(255, 0, 0, 128 / 255)],
    ["rgb(1, 2, 3)", rgb(1, 2, 3)],
    ["rgba(204, 204, 204, 0.2)", rgb(204, 204, 204, 0.2)],
    [" rgb(10 20 30 / 50%) ", rgb(10, 20, 30, 0.5)],
    ["transparent", rgb(0, 0, 0, 0)],
  ])("reads %s", (text, color) => {
    expect(parseColor(text)).toEqual(color);
  });

  it.each(["", "#12345", "papayawhip-ish", "rgb(1, 2)", "var(--x)"])(
    "does not guess at %j",
    (text) => {
      expect(parseColor(text)).toBeUndefined();
    },
  );
});

describe("colours", () => {
  it("survive packing into a pixel", () => {
    expect(unpack(pack(rgb(12, 34, 56)))).toEqual(rgb(12, 34, 56));
  });

  it("mix evenly: both ends are themselves, the middle of black and white is a grey", () => {
    const from = rgb(0, 0, 0);
    const to = rgb(255, 255, 255);
    expect(pack(mix(from, to, 0))).toBe(pack(from));
    expect(pack(mix(from, to, 1))).toBe(pack(to));
    const { r, g, b } = unpack(pack(mix(from, to, 0.5)));
    expect(new Set([r, g, b]).size).toBe(1);
  });

  it("lie on a background by their alpha", () => {
    expect(over(rgb(255, 255, 255, 0.5), rgb(0, 0, 0))).toEqual(rgb(127.5, 127.5, 127.5));
  });

  it("have the contrast that WCAG defines", () => {
    expect(contrast(rgb(0, 0, 0), rgb(255, 255, 255))).toBeCloseTo(21, 6);
    expect(contrast(rgb(119, 119, 119), rgb(255, 255, 255))).toBeCloseTo(4.48, 2);
  });

  it("are written for a canvas with whole numbers", () => {
    expect(css(rgb(1.6, 2, 3), 0.5)).toBe("rgba(2, 2, 3, 0.5)");
  });
});
