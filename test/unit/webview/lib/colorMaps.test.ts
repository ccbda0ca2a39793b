import { describe, expect, it } from "vitest";
import { contrast, parseColor, rgb, unpack } from "../../../../webview/lib/color.ts";
import {
  colorOf,
  colorScale,
  colorTable,
  gradientScale,
  nonFiniteEntry,
  overEntry,
  underEntry,
} from "../../../../webview/lib/colorMaps.ts";

const dark = { isDark: true, background: rgb(24, 24, 24) };
const light = { isDark: false, background: rgb(255, 255, 255) };
const close = (one: { r: number; g: number; b: number }, hex: string): number => {
  const other = parseColor(hex) ?? rgb(-1000, 0, 0);
  return Math.max(Math.abs(one.r - other.r), Math.abs(one.g - other.g), Math.abs(one.b - other.b));
};

describe("the sequential map", () => {
  const table = colorTable("sequential", dark);

  it.each([
    [0, "#440154"],
    [64, "#3b528b"],
    [128, "#21918c"],
    [191, "#5ec962"],
    [255, "#fde725"],
  ])("is viridis at entry %i", (entry, hex) => {
    expect(close(unpack(table[entry]), hex)).toBeLessThanOrEqual(6);
  });

  it("grows brighter from one end to the other", () => {
    const ends = [0, 64, 128, 192, 255].map((entry) =>
      contrast(unpack(table[entry]), rgb(0, 0, 0)),
    );
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
  });

  it("marks what is not a finite number with a colour that it does not hold", () => {
    const marked = unpack(table[nonFiniteEntry]);
    for (let entry = 0; entry < 256; entry++) {
      const { r, g, b } = unpack(table[entry]);
      expect(Math.hypot(r - marked.r, g - marked.g, b - marked.b)).toBeGreaterThan(100);
    }
  });
});

describe.each([
  ["dark", dark],
  ["light", light],
] as const)("the diverging map on a %s theme", (_, palette) => {
  const table = colorTable("diverging", palette);

  it("has zero recede into the background and both ends stand out of it", () => {
    expect(contrast(unpack(table[128]), palette.background)).toBeLessThan(1.3);
    expect(contrast(unpack(table[0]), palette.background)).toBeGreaterThan(7);
    expect(contrast(unpack(table[255]), palette.background)).toBeGreaterThan(7);
  });

  it("tells signs apart by hue: blue below zero, orange above", () => {
    const below = unpack(table[64]);
    const above = unpack(table[192]);
    expect(below.b).toBeGreaterThan(below.r + 60);
    expect(above.r).toBeGreaterThan(above.b + 60);
  });
});

describe("a colour scale", () => {
  it("is widened to be symmetric about zero when it diverges", () => {
    const scale = colorScale("diverging", -0.5, 2);
    expect([scale.minimum, scale.maximum]).toEqual([-2, 2]);
    expect(scale.position(0)).toBe(0.5);
  });

  it("puts its ends into the first and last entry, and what lies beyond into entries of its own", () => {
    const scale = colorScale("sequential", 0, 1);
    expect([0, 1, -0.1, 1.1, NaN, Infinity].map((value) => scale.entry(value))).toEqual([
      0,
      255,
      underEntry,
      overEntry,
      nonFiniteEntry,
      nonFiniteEntry,
    ]);
  });

  it("does not call rounding out of range", () => {
    expect(colorScale("sequential", 0, Math.fround(0.1)).entry(0.1)).toBe(255);
  });

  it("has one colour for a tensor of one value", () => {
    const scale = colorScale("sequential", 3, 3);
    expect(scale.entry(3)).toBe(128);
    expect(colorScale("diverging", 0, 0).entry(0)).toBe(128);
  });

  it("goes from a value to a position and back", () => {
    for (const scale of [colorScale("sequential", -2, 5), gradientScale(0.03)]) {
      for (const position of [0, 0.25, 0.9, 1]) {
        expect(scale.position(scale.value(position))).toBeCloseTo(position, 10);
      }
    }
  });
});

describe("the scale of gradients", () => {
  const scale = gradientScale(2);

  it("spans eight decades below the largest value, evenly", () => {
    expect(scale.position(2)).toBe(1);
    expect(scale.position(2e-4)).toBeCloseTo(0.5, 10);
    expect(scale.position(2e-8)).toBeCloseTo(0, 10);
  });

  it("is blind to signs, and has zero and what is smaller lie under the range", () => {
    expect(scale.entry(-0.02)).toBe(scale.entry(0.02));
    expect(scale.entry(0)).toBe(underEntry);
    expect(scale.entry(1e-12)).toBe(underEntry);
  });

  it("gives the same fall the same colour, whatever the size of the loss", () => {
    const other = gradientScale(5000);
    expect(other.entry(5000 * 1e-3)).toBe(scale.entry(2 * 1e-3));
  });

  it("stays usable when there is no gradient at all", () => {
    const table = colorTable("logarithmic", dark);
    expect(colorOf(table, gradientScale(0), 0)).toEqual(unpack(table[underEntry]));
  });
});
