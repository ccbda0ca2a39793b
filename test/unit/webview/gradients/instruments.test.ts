/** What the instruments of the gradients panel say, and where their values lie. */
import { describe, expect, it } from "vitest";
import {
  explainedInWords,
  explanationScale,
  outputChoices,
  receivedExplanation,
  strongestInWords,
} from "../../../../webview/gradients/explanation.ts";
import {
  affordableSteps,
  receivedSpectra,
  spectrumInWords,
  stretchAxis,
  stretchTicks,
} from "../../../../webview/gradients/spectrum.ts";

const floats = (...values: number[]): ArrayBuffer => Float32Array.from(values).buffer;

const spectra = receivedSpectra({
  stepNumbers: Uint32Array.of(0, 5, 9).buffer,
  h: { largest: floats(0.5, 0.9, 0.8), median: floats(0.2, 0.3, 0.1), smallest: floats(0, 0, 0) },
  joint: { largest: floats(1.5, 4, NaN), median: floats(0.9, 1, 1), smallest: floats(0, 0, 0) },
});

describe("the singular values of a Jacobian", () => {
  it("are read at the nearest step, with what they do to a gradient", () => {
    expect(spectrumInWords(spectra.h, "h", 6)).toBe(
      "Step 5: singular values of ∂h/∂h₋ from 0.9 (median 0.3) to 0. Every gradient shrinks on the way back through this step.",
    );
    const { joint } = spectra;
    if (!joint) throw new Error("There are no joint values.");
    expect(spectrumInWords(joint, "joint", 4)).toMatch(
      /∂\(h,c\)\/∂\(h,c\)₋ from 4 .* grows to 4 times at most/,
    );
    expect(spectrumInWords(joint, "joint", 9)).toContain("not finite");
  });

  it("lie on an axis that always has the line at 1, however far they are from it", () => {
    for (const [low, high] of [
      [0.3, 0.9],
      [1e-9, 0.5],
      [1.2, 300],
      [1, 1],
    ]) {
      const axis = stretchAxis({
        stepNumbers: Uint32Array.of(0),
        largest: Float32Array.of(high),
        median: Float32Array.of(low),
        smallest: Float32Array.of(0),
      });
      expect(axis.position(1)).toBeGreaterThan(0);
      expect(axis.position(1)).toBeLessThan(1);
      expect(axis.position(high)).toBeLessThanOrEqual(1);
      const ticks = stretchTicks(axis, 6);
      expect(ticks).toContain(1);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  });

  it("are asked for at fewer steps where units are many, but never at none", () => {
    expect(affordableSteps(200, 32)).toBe(200);
    expect(affordableSteps(10_000, 32)).toBe(256);
    expect(affordableSteps(200, 256)).toBeLessThan(50);
    expect(affordableSteps(200, 1024)).toBe(8);
    expect(affordableSteps(3, 1024)).toBe(3);
  });
});

describe("the explanation of a prediction", () => {
  const answer = {
    t: 2,
    output: "e",
    index: 0,
    score: 2,
    baselineScore: 0.5,
    values: floats(0.25, -0.75, 2),
    choices: [],
  };

  it("says what is explained, whether the parts add up, and which inputs matter most", () => {
    const explanation = receivedExplanation(answer, "integrated");
    expect(explainedInWords(explanation)).toBe(
      "Output “e” at step 2: y = 2, with no input 0.5; the parts add up to 1.5 of 1.5.",
    );
    expect(strongestInWords(explanation, (t) => "cat"[t])).toBe(
      "Most: step 2 “t” +2, step 1 “a” −0.75, step 0 “c” +0.25.",
    );
  });

  it("is centred on zero where inputs add or take, and a magnitude where they do not", () => {
    const signed = explanationScale(receivedExplanation(answer, "integrated"));
    expect([signed.kind, signed.minimum, signed.maximum]).toEqual(["diverging", -2, 2]);
    const magnitudes = explanationScale(receivedExplanation(answer, "gradient"));
    expect([magnitudes.kind, magnitudes.maximum]).toEqual(["logarithmic", 2]);
  });

  it("has a row for each number of the input, where they have names", () => {
    const features = { names: ["rain", "wind"], values: floats(1, 2, 3, 4, 5, 6) };
    const { rows, values } = receivedExplanation({ ...answer, features }, "integrated");
    expect(rows).toEqual(["rain", "wind"]);
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(receivedExplanation(answer, "integrated").rows).toEqual(["input"]);
  });

  it("may be of any class, named with its probability, or of any number", () => {
    const classes = [
      { output: 4, name: "e", probability: 0.614 },
      { output: 1, name: "\n", probability: 0.0512, isRight: true },
      { output: 0, name: "a", probability: 0.0002 },
    ] as const;
    expect(outputChoices(classes).map(({ value, label }) => `${value}: ${label}`)).toEqual([
      "likeliest: Likeliest",
      "right: Right answer",
      "4: “e” 61 %",
      "1: “⏎” 5.1 %, right",
      "0: “a” < 0.1 %",
    ]);
    expect(outputChoices([{ output: 0, name: "wind" }])).toEqual([
      { value: "likeliest", label: "First number" },
      { value: "0", label: "wind" },
    ]);
  });

  it("says so when nothing matters", () => {
    const nothing = receivedExplanation(
      { t: 0, output: "e", index: 0, score: 0, values: floats(0, 0), choices: [] },
      "gradient",
    );
    expect(strongestInWords(nothing, () => undefined)).toBe("No input matters to it.");
    expect(explanationScale(nothing).maximum).toBeGreaterThan(0);
  });
});
