import { describe, expect, it } from "vitest";
import { colorScale, colorTable, gradientScale } from "../../../../webview/lib/colorMaps.ts";
import { legendText, legendTicks } from "../../../../webview/lib/legend.ts";
import type { Theme } from "../../../../webview/lib/theme.ts";

const measure = (label: string): number => 6 * label.length;

describe("a legend's ticks", () => {
  it("are the ends, and round values between them", () => {
    const labels = legendTicks(colorScale("sequential", 0, 1), 300, measure).map(
      ({ label }) => label,
    );
    expect(labels).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  });

  it.each([60, 120, 280, 900])("never overlap on a bar of %i pixels", (width) => {
    for (const scale of [
      gradientScale(0.21),
      colorScale("diverging", -3.7, 1),
      colorScale("sequential", 0, 1),
    ]) {
      const ticks = legendTicks(scale, width, measure, true);
      const edges = ticks.map(({ value, label }, index) => {
        const x = scale.position(value) * width;
        const length = measure(label);
        if (index === 0) return { left: x, right: x + length };
        return index === ticks.length - 1
          ? { left: x - length, right: x }
          : { left: x - length / 2, right: x + length / 2 };
      });
      for (let index = 1; index < edges.length - 1; index++) {
        expect(edges[index].left).toBeGreaterThan(edges[index - 1].right);
      }
    }
  });

  it("say that the lower end stands for what is smaller too", () => {
    expect(legendTicks(gradientScale(1), 300, measure, true)[0].label).toBe("≤ 10⁻⁸");
  });
});

describe("a legend in words", () => {
  const theme = { isDark: true } as Theme;
  const table = colorTable("logarithmic", { isDark: true, background: { r: 0, g: 0, b: 0, a: 1 } });

  it("says what is measured, from where to where, on which scale, and what is beyond", () => {
    const scale = gradientScale(0.2);
    const words = legendText({
      title: "|∂L/∂h|",
      scale,
      table,
      theme,
      under: "at most 10⁻⁹",
      nonFinite: 3,
    });
    expect(words).toBe(
      "Colours: |∂L/∂h|, from 2×10⁻⁹ to 0.2, logarithmic; at most 10⁻⁹; 3 not finite.",
    );
  });
});
