import { describe, expect, it } from "vitest";
import { normCurve } from "../../../src/trace/norms.ts";
import { lstmLayer, modelOf, timedTensor, traceOf } from "./traces.ts";

const curve = (rows: number[][], columns: number) => {
  const trace = traceOf(
    modelOf(lstmLayer(rows[0].length)),
    timedTensor("grad.layers.0.forward.h", rows),
  );
  const { values, stepNumbers } = normCurve(trace, { tensor: "grad.layers.0.forward.h", columns });
  return { values: [...new Float32Array(values)], steps: [...new Uint32Array(stepNumbers)] };
};

describe("the norm of a tensor at each step", () => {
  it("is the length of the vector over units", () => {
    expect(
      curve(
        [
          [3, 4],
          [0, 0],
          [-5, 12],
        ],
        10,
      ),
    ).toEqual({ values: [5, 0, 13], steps: [0, 1, 2] });
  });

  it("keeps the largest of each bucket and says at which step it was", () => {
    expect(curve([[1], [-8], [2], [0], [0], [4]], 2)).toEqual({ values: [8, 4], steps: [1, 5] });
  });

  it("lets a NaN win its bucket", () => {
    expect(curve([[1], [NaN], [9], [Infinity], [NaN], [1]], 2)).toEqual({
      values: [NaN, NaN],
      steps: [1, 4],
    });
  });
});
