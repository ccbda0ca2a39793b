/** Where things lie in the model editor's pictures, and what is said of them. */
import { describe, expect, it } from "vitest";
import type { LayerSummary, Spectrum } from "../../../../src/protocol/modelContract.ts";
import { findingsOf } from "../../../../webview/model/findings.ts";
import { cellAt, matrixLayout, moveCell } from "../../../../webview/model/matrixLayout.ts";
import {
  eigenvalueInWords,
  orderedEigenvalues,
  spectrumLayout,
} from "../../../../webview/model/spectrumLayout.ts";
import { bytesInWords, halfLifeInWords, unitsInWords } from "../../../../webview/model/words.ts";

describe("the picture of a matrix", () => {
  const layout = matrixLayout({ units: 48, reads: 24 }, { width: 400, height: 340 });

  it("has square cells where there is room", () => {
    expect(layout.width / 24).toBeCloseTo(layout.height / 48, 6);
  });

  it("knows which cell a point means, and that outside there is none", () => {
    const { left, top, width, height } = layout;
    expect(cellAt(layout, { x: left + 0.5, y: top + 0.5 })).toEqual({ unit: 0, read: 0 });
    expect(cellAt(layout, { x: left + width - 0.5, y: top + height - 0.5 })).toEqual({
      unit: 47,
      read: 23,
    });
    expect(cellAt(layout, { x: left - 1, y: top + 5 })).toBeUndefined();
  });

  it("is walked through by keys, and stops at its edges", () => {
    const right = { kind: "move", axis: "step", by: 10 } as const;
    const down = { kind: "move", axis: "unit", by: 1 } as const;
    expect(moveCell({ unit: 3, read: 20 }, right, layout)).toEqual({ unit: 3, read: 23 });
    expect(moveCell({ unit: 47, read: 1 }, down, layout)).toEqual({ unit: 47, read: 1 });
  });
});

describe("the eigenvalues", () => {
  const spectrum: Spectrum = {
    real: Float64Array.of(0.1, 0, 0, -1.2).buffer,
    imaginary: Float64Array.of(0, -0.5, 0.5, 0).buffer,
    radius: 1.2,
    norm: 1.3,
  };

  it("are walked through from the largest, the one above the axis first", () => {
    const found = orderedEigenvalues(spectrum).map(({ real, imaginary }) => [real, imaginary]);
    expect(found).toEqual([
      [-1.2, 0],
      [0, 0.5],
      [0, -0.5],
      [0.1, 0],
    ]);
  });

  it("fit into the picture, with the unit circle", () => {
    const { scale, size } = spectrumLayout(1.2, { width: 300, height: 340 });
    expect(1.2 * scale).toBeLessThan(size / 2);
    expect(spectrumLayout(Number.NaN, { width: 300, height: 300 }).scale).toBeGreaterThan(0);
  });

  it("are told by what they do to a state", () => {
    const [first, second] = orderedEigenvalues(spectrum);
    expect(eigenvalueInWords(first, 0, 4)).toBe(
      "λ 1 of 4: −1.2, |λ| = 1.2: doubles in 3.8 steps, changes its sign at each step",
    );
    expect(eigenvalueInWords(second, 1, 4)).toBe(
      "λ 2 of 4: 0 + 0.5 i, |λ| = 0.5: halves in 1 steps, turns once in 4 steps",
    );
  });
});

describe("findings", () => {
  const statistics = {
    count: 4,
    notFinite: 0,
    zeros: 0,
    minimum: 0.5,
    maximum: 1.5,
    mean: 1,
    deviation: 0.2,
    norm: 2,
  };
  const gate = {
    part: "f",
    input: statistics,
    recurrent: statistics,
    bias: statistics,
    inputHistogram: new ArrayBuffer(4),
    recurrentHistogram: new ArrayBuffer(4),
  };
  const units = { deaf: [], unread: [], heldClosed: [], heldOpen: [] };

  it("say how long a forget gate remembers", () => {
    const [{ text }] = findingsOf({ gates: [gate], units, reach: 1 });
    expect(text).toContain("1 on average (0.5 to 1.5)");
    expect(text).toContain("σ = 0.731, and half of the cell state is gone after 2.2 steps");
  });

  it("warn of what is not finite, of deaf units and of held gates", () => {
    const summary: LayerSummary = {
      gates: [{ ...gate, recurrent: { ...statistics, notFinite: 3 } }],
      units: { ...units, deaf: [5], heldOpen: [{ part: "i", units: [1, 2] }] },
      reach: 1,
    };
    const warnings = findingsOf(summary).filter(({ icon }) => icon === "warning");
    expect(warnings.map(({ text }) => text)).toEqual([
      "3 weights are NaN or infinite.",
      "Nothing reaches unit 5: their rows are nearly zero in every gate.",
      "The bias holds gate i open (above 0.982) for 2 units (1, 2).",
    ]);
  });
});

describe("sizes in words", () => {
  it("have the unit that a person reads", () => {
    expect(bytesInWords(512)).toBe("512 bytes");
    expect(bytesInWords(4_812_000)).toBe("4.8 MB");
    expect(bytesInWords(212_000_000)).toBe("212 MB");
    expect(unitsInWords([1, 2])).toBe("1, 2");
    expect(unitsInWords(Array.from({ length: 12 }, (_, unit) => unit))).toContain("and 4 others");
    expect(halfLifeInWords(1)).toBe("for ever");
    expect(halfLifeInWords(0.2)).toBe("less than a step");
  });
});
