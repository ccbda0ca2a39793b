import { describe, expect, it } from "vitest";
import { createFourier, powerOfTwoFrom } from "../../../../src/data/sound/fourier.ts";
import { createUniform } from "../../../../src/data/randomness.ts";

/** X[k] = Σ x[n] e^(−2πikn/N), as it is written. */
function byDefinition(real: Float64Array, imaginary: Float64Array): [Float64Array, Float64Array] {
  const size = real.length;
  const answer: [Float64Array, Float64Array] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < size; k++) {
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * k * n) / size;
      answer[0][k] += real[n] * Math.cos(angle) - imaginary[n] * Math.sin(angle);
      answer[1][k] += real[n] * Math.sin(angle) + imaginary[n] * Math.cos(angle);
    }
  }
  return answer;
}

describe("the Fourier transform", () => {
  it.each([1, 2, 4, 8, 64, 256])("of %i numbers is what its definition says", (size) => {
    const uniform = createUniform(size);
    const real = Float64Array.from({ length: size }, () => uniform() - 0.5);
    const imaginary = Float64Array.from({ length: size }, () => uniform() - 0.5);
    const [wantedReal, wantedImaginary] = byDefinition(real, imaginary);
    createFourier(size).transform(real, imaginary);
    for (let k = 0; k < size; k++) {
      expect(real[k]).toBeCloseTo(wantedReal[k], 10);
      expect(imaginary[k]).toBeCloseTo(wantedImaginary[k], 10);
    }
  });

  it("has a size that holds a window", () => {
    expect([1, 2, 3, 200, 256, 257, 400].map(powerOfTwoFrom)).toEqual([
      1, 2, 4, 256, 256, 512, 512,
    ]);
  });
});
