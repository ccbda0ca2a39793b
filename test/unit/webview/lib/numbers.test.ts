import { describe, expect, it } from "vitest";
import {
  formatNumber,
  formatPower,
  formatShare,
  formatTick,
  visibleToken,
} from "../../../../webview/lib/numbers.ts";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [0.12345, "0.123"],
    [-12.345, "−12.3"],
    [999.96, "1,000"],
    [1234.5, "1,235"],
    [0.00123, "0.00123"],
    [1.234e-6, "1.23×10⁻⁶"],
    [-1e-7, "−10⁻⁷"],
    [1e-7, "10⁻⁷"],
    [2.5e12, "2.5×10¹²"],
    [NaN, "NaN"],
    [-Infinity, "−∞"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

it("writes powers of ten with raised digits", () => {
  expect(formatPower(-12)).toBe("10⁻¹²");
});

describe("formatTick", () => {
  it.each([
    [0.30000000000000004, 0.1, "0.3"],
    [-0, 0.5, "0.0"],
    [-0.5, 0.5, "−0.5"],
    [20, 10, "20"],
  ])("writes %d on an axis with steps of %d as %s", (value, step, text) => {
    expect(formatTick(value, step)).toBe(text);
  });
});

describe("formatShare", () => {
  it.each([
    [0, "0 %"],
    [0.0004, "< 0.1 %"],
    [0.034, "3.4 %"],
    [0.123, "12 %"],
    [0.9995, "> 99.9 %"],
    [1, "100 %"],
  ])("writes %d as %s", (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});

describe("visibleToken", () => {
  it("shows white space that would otherwise not be seen", () => {
    expect(visibleToken(" ")).toBe("␣");
    expect(visibleToken("\n")).toBe("⏎");
    expect(visibleToken("two words")).toBe("two words");
  });

  it("cuts by characters, never through one", () => {
    expect(visibleToken("🐋🐋🐋🐋", 3)).toBe("🐋🐋…");
    expect(visibleToken("whale", 5)).toBe("whale");
  });
});
