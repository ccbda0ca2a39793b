import { describe, expect, it } from "vitest";
import { cellsAt } from "../../../src/analysis/cellSummary.ts";
import { lstmLayer, modelOf, timedTensor, traceOf } from "../trace/traces.ts";

const parts = {
  i: [
    [0.5, 0.5],
    [0.01, 0.99],
  ],
  f: [
    [0.5, 0.5],
    [0.96, 0.5],
  ],
  g: [
    [0, 0],
    [-0.99, 0.2],
  ],
  o: [
    [0.5, 0.5],
    [0.5, 0.25],
  ],
  h: [
    [1, 1],
    [3, 4],
  ],
  c: [
    [1, 1],
    [5, 12],
  ],
};
const tensors = Object.entries(parts).map(([part, rows]) =>
  timedTensor(`layers.0.forward.${part}`, rows),
);

describe("a cell at one step", () => {
  it("tells the mean and the saturated share of each gate in the cell's order, and the norms of its states", () => {
    const [cell] = cellsAt(traceOf(modelOf(lstmLayer(2)), ...tensors), 1);
    expect(cell.gates.map(({ part }) => part)).toEqual(["i", "f", "g", "o"]);
    expect(cell.gates.map(({ saturated }) => saturated)).toEqual([1, 0.5, 0.5, 0]);
    expect(cell.gates.map(({ mean }) => mean.toFixed(3))).toEqual([
      "0.500",
      "0.730",
      "-0.395",
      "0.375",
    ]);
    expect([cell.hNorm, cell.cNorm]).toEqual([5, 13]);
  });

  it("has gradient norms only when a backward pass was made", () => {
    const model = modelOf(lstmLayer(2));
    const [before] = cellsAt(traceOf(model, ...tensors), 0);
    expect(before.hGradientNorm).toBeUndefined();
    const [after] = cellsAt(
      traceOf(
        model,
        ...tensors,
        timedTensor("grad.layers.0.forward.h", [
          [6, 8],
          [0, 0],
        ]),
      ),
      0,
    );
    expect(after.hGradientNorm).toBe(10);
    expect(after.cGradientNorm).toBeUndefined();
  });

  it("lists every layer, and a vanilla cell has no gates and no cell state", () => {
    const rnn = { ...lstmLayer(1), cell: "rnn", nonlinearity: "tanh" } as const;
    const trace = traceOf(
      modelOf(rnn, rnn),
      timedTensor("layers.0.forward.h", [[2]]),
      timedTensor("layers.1.forward.h", [[3]]),
    );
    expect(cellsAt(trace, 0)).toMatchObject([
      { layer: 0, direction: "forward", gates: [], hNorm: 2 },
      { layer: 1, direction: "forward", gates: [], hNorm: 3 },
    ]);
  });
});
