/** The vector kernels beside the reference, with the same numbers in the memory of each. */
import fc from "fast-check";
import { simdBytes } from "unroll:simd";
import { expect } from "vitest";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { simdKernels } from "../../../src/engine/kernels/simd.ts";
import type { Real } from "../../../src/trace/trace.ts";

export const reference = referenceKernels("float64");

export function newSimd(): Kernels {
  const kernels = simdKernels(simdBytes);
  if (!kernels) throw new Error("This machine's WebAssembly has no SIMD or no shared memory.");
  return kernels;
}
export const simd = newSimd();

/** The same values in both memories: small numbers, as weights and states are. */
export function both(length: number, seed: number): readonly [reference: Real, simd: Real] {
  const random = createRandom(seed);
  const pair = [reference.allocate(length), simd.allocate(length)] as const;
  // Through float32 first, so that both sides start from exactly the same numbers.
  for (let k = 0; k < length; k++) pair[0][k] = pair[1][k] = Math.fround(random.normal());
  return pair;
}

export function expectClose(actual: Real, expected: Real, what: string, tolerance = 2e-5): void {
  for (let k = 0; k < expected.length; k++) {
    const error = Math.abs(actual[k] - expected[k]) / (1 + Math.abs(expected[k]));
    if (!(error <= tolerance)) {
      expect.fail(`${what}[${k}]: simd ${actual[k]}, reference ${expected[k]}, off by ${error}`);
    }
  }
}

export const size = (max: number) => fc.integer({ min: 1, max });
