/** Padding costs nothing: what is multiplied of a batch of sequences of different lengths, and what is not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backward, createPass, forward } from "../../../src/engine/bptt.ts";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { clearBetween, rowBlocksOf } from "../../../src/engine/layers/rowBlocks.ts";
import {
  bothWays,
  buildBatch,
  buildModel,
  cellKinds,
  layerConfig,
  type CellKind,
} from "../../gradcheck/smallNetwork.ts";

const rowsIn = (lengths: readonly number[]): readonly number[] => {
  const steps = Math.max(...lengths);
  return rowBlocksOf(Int32Array.from(lengths), steps, lengths.length).flatMap(({ row, rows }) =>
    Array.from({ length: rows }, (_, k) => row + k),
  );
};

/** Rows of (T·B) that are steps. */
const wanted = (lengths: readonly number[]): readonly number[] =>
  lengths
    .flatMap((length, b) => Array.from({ length }, (_, t) => t * lengths.length + b))
    .toSorted((a, b) => a - b);

const lengthsOf = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });

describe("blocks of rows", () => {
  it("are one where all sequences are as long", () => {
    expect(rowBlocksOf(Int32Array.of(7, 7, 7), 7, 3)).toEqual([{ row: 0, rows: 21 }]);
  });

  it("hold every step of every sequence once, and of sequences longest first nothing else", () => {
    fc.assert(
      fc.property(lengthsOf, (lengths) => {
        if (Math.max(...lengths) === 0) return;
        expect(rowsIn(lengths)).toEqual(expect.arrayContaining([...wanted(lengths)]));
        const sorted = lengths.toSorted((a, b) => b - a);
        expect(rowsIn(sorted)).toEqual(wanted(sorted));
      }),
    );
  });

  it("leave to be cleared exactly the rows between them", () => {
    const values = new Float64Array(2 + 9 * 2).fill(1);
    clearBetween(rowBlocksOf(Int32Array.of(3, 2, 1), 3, 3), values, 2, 2, 9);
    const cleared = [...values.keys()].filter((k) => values[k] === 0);
    // Of rows t·3 + b, rows 5, 7 and 8 are padding.
    expect(cleared).toEqual([5, 7, 8].flatMap((row) => [2 + 2 * row, 3 + 2 * row]));
  });
});

/** Multiplications in all products of kernels that count them. */
function countingKernels(): { readonly kernels: Kernels; readonly count: { products: number } } {
  const plain = referenceKernels("float64");
  const count = { products: 0 };
  const kernels: Kernels = {
    ...plain,
    multiply(...given) {
      const [, , , , , , weight, rows] = given;
      count.products += rows * weight.outputs * weight.inputs;
      plain.multiply(...given);
    },
    accumulateOuter(...given) {
      const [, , , , , leftColumns, , , , rightColumns, rows] = given;
      count.products += rows * leftColumns * rightColumns;
      plain.accumulateOuter(...given);
    },
  };
  return { kernels, count };
}

function costOf(kind: CellKind, lengths: readonly number[]): number {
  const { kernels, count } = countingKernels();
  const layers = [bothWays(layerConfig(kind, 4)), layerConfig(kind, 3)];
  const model = buildModel({ layers, kernels });
  const batch = buildBatch(model, { lengths });
  const pass = createPass(model, { steps: 9, batch: lengths.length });
  forward(pass, batch);
  backward(pass);
  return count.products;
}

describe("sequences of different lengths, longest first", () => {
  for (const kind of cellKinds) {
    it(`cost as many multiplications as their steps alone: ${kind}`, () => {
      const oneStep = costOf(kind, [1]);
      expect(costOf(kind, [9, 5, 5, 2])).toBe((9 + 5 + 5 + 2) * oneStep);
    });
  }
});
