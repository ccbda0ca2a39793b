/** The blocked products against three plain loops, over shapes that are no multiple of any block. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import type { Real } from "../../../src/trace/trace.ts";
import { disagreement } from "../../gradcheck/differences.ts";
import { normals } from "../../gradcheck/smallNetwork.ts";

const kernels = referenceKernels("float64");
const random = createRandom(7);

/** Sizes, with rows enough to cross the chunks that the products work in. */
const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 140 }),
  outputs: fc.integer({ min: 1, max: 11 }),
  inputs: fc.integer({ min: 1, max: 9 }),
  offset: fc.integer({ min: 0, max: 5 }),
  gap: fc.integer({ min: 0, max: 3 }),
  accumulate: fc.boolean(),
});

describe("multiply", () => {
  it("is x · Wᵀ, packed from W or from its transpose, and touches nothing else", () => {
    fc.assert(
      fc.property(shapes, ({ rows, outputs, inputs, offset, gap, accumulate }) => {
        const xStride = inputs + gap;
        const outStride = outputs + gap;
        const x = normals(offset + rows * xStride, random);
        const weight = normals(offset + outputs * inputs, random);
        const before = normals(offset + rows * outStride, random);
        const wanted = before.slice();
        for (let row = 0; row < rows; row++) {
          for (let n = 0; n < outputs; n++) {
            let sum = 0;
            for (let k = 0; k < inputs; k++) {
              sum += x[offset + row * xStride + k] * weight[offset + n * inputs + k];
            }
            const place = offset + row * outStride + n;
            wanted[place] = accumulate ? before[place] + sum : sum;
          }
        }
        const packed = kernels.allocatePacked(outputs, inputs);
        kernels.pack(packed, weight, offset);
        const out = before.slice();
        kernels.multiply(out, offset, outStride, x, offset, xStride, packed, rows, accumulate);
        expect(disagreement("out", [out.length], out, wanted, 1e-13)).toBeUndefined();

        const transposed = Float64Array.from({ length: inputs * outputs }, (_, place) => {
          const [k, n] = [Math.floor(place / outputs), place % outputs];
          return weight[offset + n * inputs + k];
        });
        const again = before.slice();
        kernels.packTransposed(packed, transposed, 0);
        kernels.multiply(again, offset, outStride, x, offset, xStride, packed, rows, accumulate);
        expect(again).toEqual(out);
      }),
      { numRuns: 200 },
    );
  });

  it("gives a row the same bits whatever rows are beside it", () => {
    const [rows, outputs, inputs] = [7, 6, 33];
    const x = normals(rows * inputs, random);
    const packed = kernels.allocatePacked(outputs, inputs);
    kernels.pack(packed, normals(outputs * inputs, random), 0);
    const together = new Float64Array(rows * outputs);
    kernels.multiply(together, 0, outputs, x, 0, inputs, packed, rows, false);
    const alone = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      kernels.multiply(alone, row * outputs, outputs, x, row * inputs, inputs, packed, 1, false);
    }
    expect(alone).toEqual(together);
  });
});

describe("accumulateOuter", () => {
  it("adds leftᵀ · right, and touches nothing else", () => {
    const outerShapes = fc.record({
      rows: fc.integer({ min: 1, max: 300 }),
      leftColumns: fc.integer({ min: 1, max: 9 }),
      rightColumns: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 60, max: 70 })),
      offset: fc.integer({ min: 0, max: 5 }),
      gap: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(outerShapes, ({ rows, leftColumns, rightColumns, offset, gap }) => {
        const leftStride = leftColumns + gap;
        const rightStride = rightColumns + gap;
        const left = normals(offset + rows * leftStride, random);
        const right = normals(offset + rows * rightStride, random);
        const before = normals(offset + leftColumns * rightColumns + gap, random);
        const wanted = before.slice();
        for (let row = 0; row < rows; row++) {
          for (let m = 0; m < leftColumns; m++) {
            for (let n = 0; n < rightColumns; n++) {
              wanted[offset + m * rightColumns + n] +=
                left[offset + row * leftStride + m] * right[offset + row * rightStride + n];
            }
          }
        }
        const out: Real = before.slice();
        kernels.accumulateOuter(
          out,
          offset,
          left,
          offset,
          leftStride,
          leftColumns,
          right,
          offset,
          rightStride,
          rightColumns,
          rows,
        );
        expect(disagreement("out", [out.length], out, wanted, 1e-12)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});
