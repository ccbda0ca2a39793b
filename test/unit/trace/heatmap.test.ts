import { assert, integer, nat, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketStart } from "../../../src/trace/buckets.ts";
import { heatmapOf, type HeatmapSlice } from "../../../src/trace/heatmap.ts";
import type { Trace } from "../../../src/trace/trace.ts";
import { lstmLayer, modelOf, timedTensor, traceOf } from "./traces.ts";

const everything = {
  steps: [0, 1e9],
  units: [0, 1e9],
  columns: 1e9,
  rows: 1e9,
  order: "index",
} as const;

function show(trace: Trace, request: Partial<HeatmapSlice> & { tensor: string }) {
  const { values, unitNumbers, saturation, ...rest } = heatmapOf(trace, {
    ...everything,
    ...request,
  });
  const flat = new Float32Array(values);
  return {
    ...rest,
    lines: Array.from({ length: rest.rows }, (_, row) => [
      ...flat.subarray(row * rest.columns, (row + 1) * rest.columns),
    ]),
    unitNumbers: [...new Uint32Array(unitNumbers)],
    saturation: [...new Float32Array(saturation)],
  };
}

/** Rows of the literal are steps, columns are units. */
const cell = (rows: number[][], part = "c"): Trace =>
  traceOf(modelOf(lstmLayer(rows[0].length)), timedTensor(`layers.0.forward.${part}`, rows));

const value = (t: number, unit: number): number => ((t * 31 + unit * 17) % 23) - 11;

const smallest = (rows: number[][]) =>
  show(cell(rows), { tensor: "layers.0.forward.c" }).smallestMagnitude;

describe("a heatmap of a tensor", () => {
  it("turns steps × units into rows of units when everything fits", () => {
    const heatmap = show(
      cell([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      { tensor: "layers.0.forward.c" },
    );
    expect(heatmap.lines).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    expect(heatmap.unitNumbers).toEqual([0, 1]);
  });

  it("shows the part that was asked for, and the extremes of the whole", () => {
    const heatmap = show(
      cell([
        [-9, 2],
        [3, 4],
        [5, 6],
      ]),
      {
        tensor: "layers.0.forward.c",
        steps: [1, 3],
        units: [1, 2],
      },
    );
    expect(heatmap.lines).toEqual([[4, 6]]);
    expect(heatmap.unitNumbers).toEqual([1]);
    expect([heatmap.minimum, heatmap.maximum]).toEqual([-9, 6]);
  });

  it("keeps the value of largest magnitude, sign and all, when buckets hold many", () => {
    const rows = [[0.1], [-7], [0.2], [3], [0], [2]];
    const heatmap = show(cell(rows), { tensor: "layers.0.forward.c", columns: 3 });
    expect(heatmap.lines).toEqual([[-7, 3, 2]]);
  });

  it("keeps a gate's value farthest from one half: shut is as telling as open", () => {
    const rows = [[0.6], [0.125], [0.5], [0.5]];
    const heatmap = show(cell(rows, "f"), { tensor: "layers.0.forward.f", columns: 2 });
    expect(heatmap.lines).toEqual([[0.125, 0.5]]);
  });

  it("agrees with a plain search of every bucket, for any size and part", () => {
    assert(
      property(
        integer({ min: 1, max: 23 }),
        integer({ min: 1, max: 9 }),
        integer({ min: 1, max: 30 }),
        integer({ min: 1, max: 12 }),
        nat({ max: 22 }),
        (steps, units, columns, rows, from) => {
          const trace = cell(
            Array.from({ length: steps }, (_, t) =>
              Array.from({ length: units }, (_, u) => value(t, u)),
            ),
          );
          const start = Math.min(from, steps - 1);
          const heatmap = show(trace, {
            tensor: "layers.0.forward.c",
            steps: [start, steps],
            columns,
            rows,
          });
          const count = steps - start;
          expect([heatmap.columns, heatmap.rows]).toEqual([
            Math.min(columns, count),
            Math.min(rows, units),
          ]);
          heatmap.lines.forEach((line, row) =>
            line.forEach((shown, column) => {
              let largest = 0;
              for (
                let t = bucketStart(column, count, heatmap.columns);
                t < bucketStart(column + 1, count, heatmap.columns);
                t++
              )
                for (
                  let u = bucketStart(row, units, heatmap.rows);
                  u < bucketStart(row + 1, units, heatmap.rows);
                  u++
                )
                  largest = Math.max(largest, Math.abs(value(start + t, u)));
              expect(Math.abs(shown), `row ${row}, column ${column}`).toBe(largest);
            }),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it("sorts units by mean, variance, saturation, and step of their peak", () => {
    const trace = cell(
      [
        [0.5, 0.99, 0.3, 0.1],
        [0.5, 0.01, 0.3, 0.9],
        [0.6, 0.5, 0.3, 0.2],
      ],
      "f",
    );
    const order = (name: HeatmapSlice["order"]) =>
      show(trace, { tensor: "layers.0.forward.f", order: name }).unitNumbers;
    expect(order("mean")).toEqual([0, 1, 3, 2]);
    expect(order("variance")).toEqual([1, 3, 0, 2]);
    expect(order("saturation")).toEqual([1, 0, 2, 3]);
    expect(order("peak")).toEqual([1, 2, 3, 0]);
    const sorted = show(trace, { tensor: "layers.0.forward.f", order: "peak", units: [2, 3] });
    expect(sorted.unitNumbers).toEqual([3]);
    expect(sorted.lines[0].map((v) => Math.round(v * 10))).toEqual([1, 9, 2]);
  });

  it("counts saturation of gates below 0.05 and above 0.95, per unit and in all", () => {
    const heatmap = show(
      cell(
        [
          [0.04, 0.5],
          [0.96, 0.95],
          [0.01, 0.05],
          [0.5, 0.5],
        ],
        "i",
      ),
      {
        tensor: "layers.0.forward.i",
      },
    );
    expect(heatmap.saturation).toEqual([0.75, 0]);
    expect(heatmap.saturatedLow).toBeCloseTo(2 / 8);
    expect(heatmap.saturatedHigh).toBeCloseTo(1 / 8);
  });

  it("counts a candidate beyond ±0.95, and never a cell state or a gradient", () => {
    const rows = [[-0.99], [0.99]];
    const model = modelOf(lstmLayer(1));
    const trace = traceOf(
      model,
      ...["g", "c", "h"].map((part) => timedTensor(`layers.0.forward.${part}`, rows)),
      timedTensor("grad.layers.0.forward.g", rows),
    );
    expect(show(trace, { tensor: "layers.0.forward.g" }).saturatedLow).toBe(0.5);
    for (const name of ["layers.0.forward.c", "layers.0.forward.h", "grad.layers.0.forward.g"])
      expect(show(trace, { tensor: name }).saturatedLow, name).toBe(0);
  });

  it("counts h of a tanh cell as saturated but not of a relu cell", () => {
    const shares = (["tanh", "relu"] as const).map((nonlinearity) => {
      const model = modelOf({ ...lstmLayer(1), cell: "rnn", nonlinearity });
      const trace = traceOf(model, timedTensor("layers.0.forward.h", [[0.99], [0.99]]));
      return show(trace, { tensor: "layers.0.forward.h" }).saturatedHigh;
    });
    expect(shares).toEqual([1, 0]);
  });

  it("never hides a number that is not finite", () => {
    const heatmap = show(cell([[1], [NaN], [900], [Infinity], [2], [3]]), {
      tensor: "layers.0.forward.c",
      columns: 3,
    });
    expect(heatmap.lines).toEqual([[NaN, Infinity, 3]]);
    expect(heatmap.nonFiniteCount).toBe(2);
    expect([heatmap.minimum, heatmap.maximum]).toEqual([1, 900]);
  });

  it("puts units without a finite value last in every order", () => {
    const trace = cell([
      [NaN, 1, -1],
      [NaN, 1, -2],
    ]);
    for (const order of ["mean", "variance", "saturation", "peak"] as const)
      expect(show(trace, { tensor: "layers.0.forward.c", order }).unitNumbers.at(-1), order).toBe(
        0,
      );
  });

  it("gives the smallest non-zero magnitude for log scales, and 0 for a tensor of zeros", () => {
    expect(
      smallest([
        [0, -0.25],
        [8, 0.5],
      ]),
    ).toBe(0.25);
    expect(smallest([[0, 0]])).toBe(0);
  });

  it("reads one sequence of a batch, and tensors without time or units", () => {
    const trace = traceOf(
      modelOf(lstmLayer(2)),
      {
        name: "layers.0.forward.h",
        axes: ["T", "B", "H"],
        shape: [2, 2, 2],
        data: Float32Array.of(1, 2, 9, 9, 3, 4, 9, 9),
      },
      { name: "loss", axes: ["T", "B"], shape: [2, 1], data: Float32Array.of(5, 6) },
      { name: "output", axes: ["B", "O"], shape: [1, 3], data: Float32Array.of(7, 8, 9) },
    );
    expect(show(trace, { tensor: "layers.0.forward.h" }).lines).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(show(trace, { tensor: "loss" }).lines).toEqual([[5, 6]]);
    expect(show(trace, { tensor: "output" }).lines).toEqual([[7], [8], [9]]);
  });

  it("answers an empty range with an empty picture, and names what a trace holds", () => {
    const trace = cell([[1], [2]]);
    const empty = show(trace, { tensor: "layers.0.forward.c", steps: [5, 9] });
    expect([empty.columns, empty.lines.flat().length]).toEqual([0, 0]);
    expect(() => show(trace, { tensor: "layers.1.forward.h" })).toThrow(/layers\.0\.forward\.c/);
  });

  it("stays quick for ten thousand steps of 512 units", () => {
    const steps = 10_000;
    const units = 512;
    const data = new Float32Array(steps * units);
    for (let at = 0; at < data.length; at++) data[at] = ((at * 2654435761) >>> 0) / 2 ** 32;
    const trace = traceOf(modelOf(lstmLayer(units)), {
      name: "layers.0.forward.f",
      axes: ["T", "B", "H"],
      shape: [steps, 1, units],
      data,
    });
    const request = {
      tensor: "layers.0.forward.f",
      columns: 1200,
      rows: 256,
      order: "variance",
    } as const;
    show(trace, request);
    const began = performance.now();
    show(trace, request);
    // About 30 ms on an idle core; the bound only catches a return to sorting or scanning twice.
    expect(performance.now() - began).toBeLessThan(500);
  });
});
