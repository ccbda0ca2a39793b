/** The eigenvalues against LAPACK's, in fixtures/makeEigenvalues.py. */
import { describe, expect, it } from "vitest";
import {
  findEigenvalues,
  spectralRadius,
  type Eigenvalues,
} from "../../../src/analysis/weights/eigenvalues.ts";
import fixture from "./fixtures/eigenvalues.json" with { type: "json" };

function finish(matrix: ArrayLike<number>, size: number): Eigenvalues {
  const finding = findEigenvalues(matrix, size);
  for (let next = finding.next(); ; next = finding.next()) if (next.done) return next.value;
}

/** Pairs each with the nearest that is left; the largest distance. */
function distance({ real, imaginary }: Eigenvalues, expected: readonly number[][]): number {
  const left = [...expected];
  return real.reduce((largest, x, index) => {
    const far = left.map(([re, im]) => Math.hypot(re - x, im - imaginary[index]));
    const nearest = far.indexOf(Math.min(...far));
    left.splice(nearest, 1);
    return Math.max(largest, far[nearest]);
  }, 0);
}

/** As `generated` in makeEigenvalues.py. */
function generatedMatrix(size: number, seed: number, gain: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: size * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * gain;
  });
}

/** Where 1e-12 cannot be had: an eigenvalue of a Jordan block of size n moves by the n-th root of a rounding error. */
const tolerances: Readonly<Record<string, number>> = {
  "a Jordan block in another basis": 1e-3,
  "badly scaled": 1e-9,
};

describe("the eigenvalues of a matrix", () => {
  for (const { name, size, values, eigenvalues } of fixture.small) {
    it(`are LAPACK's when it is ${name}`, () => {
      const scale = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
      const found = finish(values, size);
      expect(distance(found, eigenvalues) / scale).toBeLessThan(tolerances[name] ?? 1e-12);
    });
  }
  for (const { size, seed, gain, eigenvalues } of fixture.large) {
    it(`are LAPACK's for ${size} rows`, () => {
      const found = finish(generatedMatrix(size, seed, gain), size);
      const radius = Math.max(...eigenvalues.map(([re, im]) => Math.hypot(re, im)));
      expect(distance(found, eigenvalues) / radius).toBeLessThan(1e-11);
      expect(spectralRadius(found)).toBeCloseTo(radius, 10);
    });
  }

  it("leave the matrix as it was, and can be left in the middle", () => {
    const matrix = generatedMatrix(64, 5, 1);
    const before = matrix.slice();
    const finding = findEigenvalues(matrix, 64);
    const shares = [finding.next(), finding.next(), finding.next()].map(({ value }) =>
      Number(value),
    );
    finding.return({ real: new Float64Array(), imaginary: new Float64Array() });
    expect(matrix).toEqual(before);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it("are NaN when a weight is not finite, and none when there are no rows", () => {
    expect([...finish([1, Number.NaN, 0, 1], 2).real]).toEqual([Number.NaN, Number.NaN]);
    expect(spectralRadius(finish([1, Infinity, 0, 1], 2))).toBeNaN();
    expect(spectralRadius(finish([], 0))).toBe(0);
  });
});
