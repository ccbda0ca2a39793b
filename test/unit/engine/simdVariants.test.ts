/** Vector kernels of peepholes and layer normalization against the reference, over random shapes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LstmVariantPasses } from "../../../src/engine/cells/lstmVariant.ts";
import type { Real } from "../../../src/trace/trace.ts";
import { both, expectClose, reference, simd, size } from "./bothKernels.ts";

/** Every buffer that a pass of the LSTM reads or writes, with a size in multiples of H per row. */
const widths: Readonly<Record<string, number>> = {
  gates: 4,
  gateGradients: 4,
  peepholes: 3,
  h: 1,
  hGradient: 1,
  c: 1,
  cGradient: 1,
  y: 1,
  beta: 1,
  yGradient: 1,
  throughY: 1,
  tanhC: 1,
};

const passes = [
  ["lstmStateForward", "c"],
  ["lstmOutputForward", "h"],
  ["lstmOutputBackward", "gateGradients"],
  ["lstmStateBackward", "gateGradients"],
] as const satisfies readonly (readonly [keyof LstmVariantPasses, string])[];

describe.each(passes)("SIMD %s against the reference", (pass, output) => {
  const run = (
    hidden: number,
    batch: number,
    seed: number,
    change?: (buffers: Record<string, readonly [Real, Real]>) => void,
  ) => {
    const buffers = Object.fromEntries(
      Object.entries(widths).map(([name, width], index) => [
        name,
        both(4 * batch * width * hidden, seed + index),
      ]),
    );
    change?.(buffers);
    for (const [side, kernels] of [reference, simd].entries()) {
      const given = Object.fromEntries(
        Object.entries(buffers).map(([name, pair]) => [name, pair[side]]),
      );
      const call = kernels.lstmVariant[pass] as (buffers: unknown, ...at: number[]) => void;
      call({ ...given, hidden }, batch, batch, 2 * batch, batch);
    }
    return buffers;
  };

  it("agrees at every size, in every buffer", () => {
    fc.assert(
      fc.property(size(21), size(5), fc.nat(), (hidden, batch, seed) => {
        for (const [name, [expected, actual]] of Object.entries(run(hidden, batch, seed))) {
          expectClose(actual, expected, name);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("stays right for large sums and lets a NaN through", () => {
    const [hidden, batch] = [6, 2];
    const [expected, actual] = run(hidden, batch, 7, ({ gates, hGradient }) => {
      for (const pair of gates) {
        for (let k = 0; k < pair.length; k++) pair[k] *= 100;
        // Of each gate of the step's first row, one.
        for (let gate = 0; gate < 4; gate++) pair[(batch * 4 + gate) * hidden + gate] = Number.NaN;
      }
      for (const pair of hGradient) pair.fill(1);
    })[output];
    expect(expected.some(Number.isNaN)).toBe(true);
    expect(Array.from(actual, Number.isNaN)).toEqual(Array.from(expected, Number.isNaN));
  });
});

describe("SIMD layer normalization against the reference", () => {
  const shapes = fc.record({
    groups: fc.array(size(40), { minLength: 1, maxLength: 2 }),
    rows: size(5),
    row: fc.nat(2),
    outPadding: fc.nat(5),
    accumulate: fc.boolean(),
    seed: fc.nat(),
  });

  it("normalizes and goes back at every size, in one group or two", () => {
    fc.assert(
      fc.property(shapes, ({ groups, rows, row, outPadding, accumulate, seed }) => {
        const columns = groups.reduce((sum, width) => sum + width, 0);
        const stride = columns + outPadding;
        const values = both((row + rows) * columns, seed);
        const gradient = both((row + rows) * columns, seed + 1);
        const inverse = both((row + rows) * groups.length, seed + 2);
        const gain = both(columns + 3, seed + 3);
        const out = both(rows * stride + outPadding, seed + 4);
        for (const [side, kernels] of [reference, simd].entries()) {
          const buffers = {
            columns,
            values: values[side],
            gradient: gradient[side],
            inverse: inverse[side],
            gain: gain[side],
            gainOffset: 3,
            groups,
            // Large enough that a group of one or two numbers is no division by almost nothing.
            epsilon: 0.1,
          };
          const { normalizeRows, normalizeRowsBackward } = kernels.rowNorm;
          normalizeRows(buffers, row, rows, out[side], outPadding, stride, accumulate);
          normalizeRowsBackward(buffers, row, rows, out[side], outPadding, stride);
        }
        expectClose(values[1], values[0], "values");
        expectClose(inverse[1], inverse[0], "inverse");
        expectClose(out[1], out[0], "out");
        expectClose(gradient[1], gradient[0], "gradient");
      }),
      { numRuns: 60 },
    );
  });

  it("sums products of columns, whatever lies between their rows", () => {
    fc.assert(
      fc.property(size(40), fc.nat(9), fc.nat(5), fc.nat(), (columns, rows, padding, seed) => {
        const left = both(2 + rows * (columns + padding), seed);
        const right = both(1 + rows * columns, seed + 1);
        const out = both(3 + columns, seed + 2);
        for (const [side, kernels] of [reference, simd].entries()) {
          kernels.accumulateColumnProducts(
            out[side],
            3,
            columns,
            left[side],
            2,
            columns + padding,
            right[side],
            1,
            columns,
            rows,
          );
        }
        expectClose(out[1], out[0], "out");
      }),
      { numRuns: 40 },
    );
  });
});
