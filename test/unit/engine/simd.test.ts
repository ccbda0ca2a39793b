import fc from "fast-check";
import { simdBytes } from "unroll:simd";
import { describe, expect, it } from "vitest";
import type { CellPasses } from "../../../src/engine/kernels/kernels.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { simdKernels } from "../../../src/engine/kernels/simd.ts";
import type { Real } from "../../../src/trace/trace.ts";
import { both, expectClose, newSimd, reference, simd, size } from "./bothKernels.ts";

/** Sizes around the tile (2 × 16), the vector (4), the block of rows (256) and of depth (256). */
const sizes = fc.record({
  rows: fc.oneof(size(9), fc.constant(300)),
  columns: size(70),
  inner: fc.oneof(size(21), fc.constantFrom(256, 263)),
  seed: fc.nat(),
});

/**
 * What rounding to float32 makes of a sum of `inner` products of normal numbers: a partial sum of k is about √k large and loses up to
 * 2⁻²⁴ of it, which adds up to a deviation of inner · 2⁻²⁴ / √6. Six of them, since millions are compared.
 */
const roundingOf = (inner: number): number => 1e-6 + (6 * inner * 2 ** -24) / Math.sqrt(6);

describe("SIMD kernels against the reference", () => {
  it("multiplies by a packed weight, with strides, offsets and accumulation", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.boolean(),
        fc.nat(3),
        ({ rows, columns, inner, seed }, accumulate, padding) => {
          const weight = both(columns * inner + 5, seed);
          const x = both(rows * (inner + padding) + padding, seed + 1);
          const out = both(rows * (columns + padding) + padding, seed + 2);
          for (const [side, kernels] of [reference, simd].entries()) {
            const packed = kernels.allocatePacked(columns, inner);
            kernels.pack(packed, weight[side], 5);
            kernels.multiply(
              out[side],
              padding,
              columns + padding,
              x[side],
              padding,
              inner + padding,
              packed,
              rows,
              accumulate,
            );
          }
          expectClose(out[1], out[0], "out", roundingOf(inner));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the same bits with tiles of four rows, as 256-bit vectors take them", () => {
    const tall = simdKernels(simdBytes, true);
    if (!tall) throw new Error("No SIMD.");
    const [rows, columns, inner] = [11, 70, 263];
    const results = [simd, tall].map((kernels) => {
      const random = createRandom(4);
      const filled = (length: number): Real => kernels.allocate(length).map(() => random.normal());
      const place = (values: Real): Real => {
        const buffer = kernels.allocate(values.length);
        buffer.set(values);
        return buffer;
      };
      const packed = kernels.allocatePacked(columns, inner);
      kernels.pack(packed, place(filled(columns * inner)), 0);
      const [x, out] = [place(filled(rows * inner)), place(filled(rows * columns))];
      kernels.multiply(out, 0, columns, x, 0, inner, packed, rows, true);
      const outer = place(filled(inner * columns));
      kernels.accumulateOuter(outer, 0, x, 0, inner, inner, out, 0, columns, columns, rows);
      return [...out, ...outer];
    });
    expect(results[1]).toEqual(results[0]);
  });

  it("gives a row of a product the same bits whatever stands beside it", () => {
    const [columns, inner] = [70, 263];
    const weight = simd.allocatePacked(columns, inner);
    simd.pack(weight, both(columns * inner, 1)[1], 0);
    const x = both(9 * inner, 2)[1];
    const product = (from: number, rows: number): readonly number[] => {
      const out = both(9 * columns, 3)[1];
      simd.multiply(out, 0, columns, x, from * inner, inner, weight, rows, false);
      return [...out.subarray(0, rows * columns)];
    };
    const whole = product(0, 9);
    for (let row = 0; row + 3 < 9; row++) {
      for (const rows of [1, 2, 3]) {
        expect(product(row, rows)).toEqual(whole.slice(row * columns, (row + rows) * columns));
      }
    }
  });

  it("copies runs that lie apart to lie together, numbers and whole numbers", () => {
    fc.assert(
      fc.property(size(9), fc.nat(5), size(12), fc.nat(), (width, gap, count, seed) => {
        const stride = width + gap;
        const source = both(3 + stride * count, seed);
        const out = both(2 + width * count, seed + 1);
        for (const [side, kernels] of [reference, simd].entries()) {
          kernels.gatherRuns(out[side], 2, source[side], 3, stride, width, count);
        }
        expect([...out[1]]).toEqual([...out[0]]);
        const tokens = simd.allocateIntegers(stride * count).map((_, k) => -k);
        const [from, to] = [tokens, tokens].map(({ length }) => simd.allocateIntegers(length));
        from.set(tokens);
        simd.gatherRuns(to, 0, from, 0, stride, width, count);
        expect(to[width * count - 1]).toBe(tokens[stride * (count - 1) + width - 1]);
      }),
      { numRuns: 40 },
    );
  });

  it("scales, adds and sums the squares of a part of a buffer", () => {
    fc.assert(
      fc.property(size(50), fc.nat(60), fc.boolean(), fc.nat(), (from, more, accumulate, seed) => {
        const to = from + more;
        const x = both(to + 5, seed);
        const out = both(to + 5, seed + 1);
        for (const [side, kernels] of [reference, simd].entries()) {
          kernels.addScaled(out[side], x[side], -0.7, from, to, accumulate);
        }
        expectClose(out[1], out[0], "out");
        const sums = [reference, simd].map((kernels, side) =>
          kernels.sumOfSquares(x[side], from, to),
        );
        expect(sums[1]).toBeCloseTo(sums[0], 9);
      }),
      { numRuns: 60 },
    );
  });

  it("finds the largest of a part of a buffer", () => {
    fc.assert(
      fc.property(size(50), size(60), fc.nat(), (from, more, seed) => {
        const x = both(from + more + 5, seed);
        const found = [reference, simd].map((kernels, side) =>
          kernels.largest(x[side], from, from + more),
        );
        expect(found[1]).toBe(found[0]);
      }),
      { numRuns: 60 },
    );
  });

  it("takes exponentials as softmax does, and their sum", () => {
    fc.assert(
      fc.property(size(9), fc.nat(40), fc.nat(), (from, more, seed) => {
        const x = both(from + more + 2, seed);
        for (const side of x)
          for (let k = 0; k < side.length; k++) side[k] = Math.fround(side[k] * 20);
        const out = both(from + more + 2, seed);
        const shift = Math.fround(Math.max(...x[0]));
        for (const side of x) side[from] = shift;
        const sums = [reference, simd].map((kernels, side) =>
          kernels.exponentials(out[side], x[side], from, from + more, shift),
        );
        expectClose(out[1], out[0], "out", 1e-6);
        expect(sums[1]).toBeCloseTo(sums[0], 5);
      }),
      { numRuns: 60 },
    );
    const [, x] = both(5, 1);
    x.set([0, Number.NaN, -1000, -Infinity, 1]);
    expect(simd.exponentials(x, x, 0, 5, 1)).toBeNaN();
    expect(x[1]).toBeNaN();
    expect(x[2]).toBeLessThan(1e-37);
    expect(x[3]).toBeLessThan(1e-37);
  });

  it("looks up columns and scatters their gradients, for few rows and for many", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 7, 64, 150),
        size(40),
        size(20),
        fc.nat(),
        (rows, outputs, inputs, seed) => {
          const random = createRandom(seed);
          const chosen = Array.from({ length: rows }, () => random.integer(inputs + 1) - 1);
          const weight = both(outputs * inputs, seed);
          const out = both(rows * outputs, seed + 1);
          const gradient = both(outputs * inputs, seed + 2);
          for (const [side, kernels] of [reference, simd].entries()) {
            const index = kernels.allocateIntegers(rows);
            index.set(chosen);
            kernels.gatherColumns(out[side], weight[side], index, rows, outputs, inputs);
            kernels.scatterColumns(gradient[side], out[side], index, rows, outputs, inputs);
          }
          expectClose(out[1], out[0], "out");
          expectClose(gradient[1], gradient[0], "gradient", 1e-4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("takes steps of Adam on a part of a parameter", () => {
    fc.assert(
      fc.property(size(40), fc.nat(50), fc.nat(), (from, more, seed) => {
        const to = from + more;
        const [value, gradient, mean, root] = [0, 1, 2, 3].map((k) => both(to + 3, seed + k));
        const meanSquare = root.map((buffer) => {
          for (let k = 0; k < buffer.length; k++) buffer[k] = Math.fround(buffer[k] ** 2);
          return buffer;
        });
        const constants = {
          beta1: 0.9,
          beta2: 0.99,
          epsilon: 1e-8,
          coupledDecay: 0.1,
          kept: 0.999,
          stepSize: 0.01,
          correction: 0.3,
        };
        for (const [side, kernels] of [reference, simd].entries()) {
          const buffers = {
            value: value[side],
            gradient: gradient[side],
            mean: mean[side],
            meanSquare: meanSquare[side],
          };
          kernels.adam(buffers, constants, from, to);
        }
        expectClose(value[1], value[0], "value");
        expectClose(mean[1], mean[0], "mean");
        expectClose(meanSquare[1], meanSquare[0], "meanSquare");
      }),
      { numRuns: 60 },
    );
  });

  it("multiplies by a transposed weight", () => {
    fc.assert(
      fc.property(sizes, ({ rows, columns, inner, seed }) => {
        const weight = both(columns * inner, seed);
        const x = both(rows * inner, seed + 1);
        const out = both(rows * columns, seed + 2);
        for (const [side, kernels] of [reference, simd].entries()) {
          const packed = kernels.allocatePacked(columns, inner);
          kernels.packTransposed(packed, weight[side], 0);
          kernels.multiply(out[side], 0, columns, x[side], 0, inner, packed, rows, false);
        }
        expectClose(out[1], out[0], "out", roundingOf(inner));
      }),
      { numRuns: 40 },
    );
  });

  it("accumulates outer products over rows, more than a block of them", () => {
    fc.assert(
      fc.property(sizes, fc.nat(3), ({ rows, columns, inner, seed }, padding) => {
        const left = both(rows * (columns + padding), seed);
        const right = both(rows * (inner + padding), seed + 1);
        const out = both(columns * inner + 3, seed + 2);
        for (const [side, kernels] of [reference, simd].entries()) {
          kernels.accumulateOuter(
            out[side],
            3,
            left[side],
            0,
            columns + padding,
            columns,
            right[side],
            0,
            inner + padding,
            inner,
            rows,
          );
        }
        expectClose(out[1], out[0], "out", 1e-4);
      }),
      { numRuns: 40 },
    );
  });

  it("fills rows and sums columns", () => {
    fc.assert(
      fc.property(sizes, ({ rows, columns, seed }) => {
        const vector = both(columns, seed);
        const matrix = both(rows * columns, seed + 1);
        const sums = both(columns, seed + 2);
        for (const [side, kernels] of [reference, simd].entries()) {
          kernels.accumulateColumnSums(sums[side], matrix[side], 0, rows);
          if (rows > 1) kernels.accumulateColumnSums(sums[side], matrix[side], 1, rows - 1);
          kernels.fillRows(matrix[side], vector[side], rows);
        }
        expectClose(sums[1], sums[0], "sums", 1e-4);
        expectClose(matrix[1], matrix[0], "matrix", 0);
      }),
      { numRuns: 30 },
    );
  });
});

/** Every buffer that any cell reads or writes, with a size in multiples of H per row. */
const widths: Readonly<Record<string, number>> = {
  gates: 4,
  gateGradients: 4,
  productGradients: 3,
  product: 3,
  candidateProduct: 1,
  biasHh: 3,
  resetState: 1,
  resetStateGradient: 1,
  h: 1,
  hGradient: 1,
  c: 1,
  cGradient: 1,
  tanhC: 1,
};

const passes: readonly (readonly [keyof CellPasses, "tanh" | "relu"])[] = [
  ["rnnForward", "tanh"],
  ["rnnForward", "relu"],
  ["rnnBackward", "tanh"],
  ["rnnBackward", "relu"],
  ["lstmForward", "tanh"],
  ["lstmBackward", "tanh"],
  ["gruAfterForward", "tanh"],
  ["gruAfterBackward", "tanh"],
  ["gruBeforeGatesForward", "tanh"],
  ["gruBeforeCandidateForward", "tanh"],
  ["gruBeforeCandidateBackward", "tanh"],
  ["gruBeforeGatesBackward", "tanh"],
];

describe.each(passes)("SIMD %s (%s) against the reference", (pass, nonlinearity) => {
  const run = (
    hidden: number,
    batch: number,
    seed: number,
    change?: (buffers: Record<string, readonly [Real, Real]>) => void,
  ) => {
    const steps = 3;
    const buffers = Object.fromEntries(
      Object.entries(widths).map(([name, width], index) => [
        name,
        both((steps + 1) * batch * width * hidden, seed + index),
      ]),
    );
    change?.(buffers);
    for (const [side, kernels] of [reference, simd].entries()) {
      const given = Object.fromEntries(
        Object.entries(buffers).map(([name, pair]) => [name, pair[side]]),
      );
      const call = kernels.cells[pass] as (buffers: unknown, ...at: number[]) => void;
      call({ ...given, hidden, nonlinearity }, batch, batch, 2 * batch, batch);
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
    const output = pass.endsWith("Forward")
      ? pass === "gruBeforeGatesForward"
        ? "resetState"
        : "h"
      : "gateGradients";
    const buffers = run(6, 2, 7, ({ gates, h, hGradient, resetStateGradient }) => {
      const place = pass.startsWith("rnn") ? 2 * 6 : 2 * 6 * (pass.startsWith("lstm") ? 4 : 3);
      for (const pair of gates) for (let k = 0; k < pair.length; k++) pair[k] *= 100;
      for (const pair of pass.startsWith("rnn") ? [...gates, ...h] : gates)
        pair[pass === "rnnBackward" ? 4 * 6 : place] = Number.NaN;
      for (const pair of [...hGradient, ...resetStateGradient]) pair.fill(1);
    });
    const [expected, actual] = buffers[output];
    expect(Array.from(actual, Number.isNaN)).toEqual(Array.from(expected, Number.isNaN));
  });
});

describe("the memory of SIMD kernels", () => {
  it("keeps earlier buffers alive when it grows", () => {
    const kernels = newSimd();
    const early = kernels.allocate(10).fill(3);
    const late = kernels.allocate(5_000_000);
    late[4_999_999] = 1;
    expect([...early]).toEqual(Array.from({ length: 10 }, () => 3));
    expect(late[4_999_999]).toBe(1);
    expect(late[0]).toBe(0);
  });

  it("is zeroed, and buffers do not overlap", () => {
    const kernels = newSimd();
    const buffers = [3, 17, 1, 64].map((length) => kernels.allocate(length));
    for (const buffer of buffers) expect(buffer.every((value) => value === 0)).toBe(true);
    buffers.forEach((buffer, index) => buffer.fill(index + 1));
    buffers.forEach((buffer, index) => expect(new Set(buffer)).toEqual(new Set([index + 1])));
  });

  it("is refused where WebAssembly does not know the instructions", () => {
    expect(simdKernels(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 99]))).toBeUndefined();
  });
});
