import { describe, expect, it } from "vitest";
import {
  affordableRows,
  flowAt,
  flowRow,
  isDear,
  receivedFlow,
  sourceColumns,
} from "../../../../webview/gradients/flow.ts";
import {
  backwardHeight,
  backwardLayout,
  columnsPlace,
  labelledRows,
  matrixHeight,
  matrixLayout,
  matrixRowHeight,
  rowAtY,
  yOfRow,
} from "../../../../webview/gradients/layout.ts";
import { curveColumns, normAt } from "../../../../webview/gradients/normCurves.ts";
import { flowInWords } from "../../../../webview/gradients/words.ts";
import { stepWidth, xOfStep } from "../../../../webview/lib/axes.ts";

const steps = { from: 0, to: 50 };
const units = { from: 0, to: 64 };

/** ‖∂L_t/∂h_k‖ = 0.5^(t−k) for these loss and source steps. */
function answer(lossSteps: readonly number[], sourceSteps: readonly number[]) {
  const values = lossSteps.flatMap((t) => sourceSteps.map((k) => (k > t ? NaN : 0.5 ** (t - k))));
  return {
    lossSteps: Uint32Array.from(lossSteps).buffer,
    sourceSteps: Uint32Array.from(sourceSteps).buffer,
    values: Float32Array.from(values).buffer,
  };
}

describe("the layout of the gradients panel", () => {
  it.each([276, 640, 1400])("puts a step at the same pixel in every picture, %i wide", (width) => {
    const backward = backwardLayout(width, 400, steps, units);
    const matrix = matrixLayout(width, 300, steps, 50);
    for (const t of [0, 7, 49]) {
      expect(xOfStep(matrix.time, t)).toBe(xOfStep(backward.heatmap.time, t));
    }
    expect(backward.curve?.left).toBe(backward.heatmap.time.left);
    expect(backward.curve?.width).toBe(backward.heatmap.time.width);
  });

  it("leaves room for heatmap, curve and axis in the height that it asks for", () => {
    for (const viewHeight of [300, 900, 2000]) {
      const height = backwardHeight(64, viewHeight);
      const { heatmap, curve, axisTop } = backwardLayout(300, height, steps, units);
      expect(heatmap.height).toBeGreaterThanOrEqual(96);
      expect(curve?.top).toBeGreaterThan(heatmap.top + heatmap.height);
      expect(axisTop + 20).toBeLessThanOrEqual(height);
    }
  });

  it("fills a compact view, and gives a low one to the units, without the curve", () => {
    const low = backwardHeight(64, 260, true);
    const { heatmap, curve, axisTop } = backwardLayout(300, low, steps, units);
    expect(low).toBeLessThan(200);
    expect(curve).toBeUndefined();
    expect(heatmap.top + heatmap.height).toBe(axisTop);
    expect(heatmap.height).toBeGreaterThan(100);
    expect(backwardLayout(300, backwardHeight(64, 400, true), steps, units).curve).toBeDefined();
  });

  it("draws the matrix square in a side panel, and a single loss step as a strip", () => {
    const { time, height } = matrixLayout(300, matrixHeight(300, 50), steps, 50);
    expect(height / time.width).toBeGreaterThan(0.9);
    expect(matrixLayout(300, matrixHeight(300, 1), steps, 1).height).toBeLessThan(60);
  });

  it("finds in the middle of every row that row, and none beyond the matrix", () => {
    const layout = matrixLayout(300, 300, steps, 37);
    for (let row = 0; row < 37; row++) {
      expect(rowAtY(layout, yOfRow(layout, row) + matrixRowHeight(layout) / 2)).toBe(row);
    }
    expect(rowAtY(layout, layout.top - 1)).toBeUndefined();
    expect(rowAtY(layout, layout.top + layout.height + 1)).toBeUndefined();
  });

  it("labels rows from the last one, which is where a sequence ends, without overlap", () => {
    const layout = matrixLayout(300, 300, steps, 50);
    const rows = labelledRows(layout, 20);
    expect(rows[rows.length - 1]).toBe(49);
    for (let index = 1; index < rows.length; index++) {
      expect(yOfRow(layout, rows[index]) - yOfRow(layout, rows[index - 1])).toBeGreaterThanOrEqual(
        20,
      );
    }
  });

  it("centres every column on its source step, all of them or a sample", () => {
    const { time } = matrixLayout(300, 300, steps, 50);
    const all = columnsPlace(
      time,
      Array.from({ length: 50 }, (_, t) => t),
    );
    expect(all.left).toBeCloseTo(time.left, 6);
    expect(all.width).toBeCloseTo(time.width, 6);
    const sample = columnsPlace(time, [0, 7, 14, 21, 28, 35, 42, 49]);
    const column = sample.width / 8;
    for (const index of [0, 3, 7]) {
      const centre = sample.left + (index + 0.5) * column;
      expect(centre).toBeCloseTo(xOfStep(time, 7 * index) + stepWidth(time) / 2, 6);
    }
    expect(columnsPlace(time, [0]).width).toBe(stepWidth(time));
  });
});

describe("a gradient-flow matrix", () => {
  const flow = receivedFlow(answer([3, 6, 9], [0, 3, 6, 9]));

  it("knows its largest value and does not take the unreachable for NaN", () => {
    expect(flow.largest).toBe(1);
    expect(flow.nonFiniteCount).toBe(0);
  });

  it("counts what is reachable and not finite", () => {
    const broken = answer([3, 6], [0, 3, 6]);
    new Float32Array(broken.values)[0] = NaN;
    new Float32Array(broken.values)[3] = Infinity;
    expect(receivedFlow(broken)).toMatchObject({ nonFiniteCount: 2, largest: 1 });
    // Both are at step 0, which this layer does not compute.
    expect(receivedFlow(broken, [3, 7]).nonFiniteCount).toBe(0);
  });

  it("has a row for every loss step", () => {
    expect(Array.from(flowRow(flow, 1))).toEqual([0.5 ** 6, 0.5 ** 3, 1, NaN]);
  });

  it("answers for the nearest source step that was measured, and says which", () => {
    expect(flowAt(flow, 2, 4)).toEqual({ lossStep: 9, sourceStep: 3, value: 0.5 ** 6 });
    expect(flowAt(flow, 3, 4)).toBeUndefined();
    expect(flowAt(receivedFlow(answer([], [0, 1])), 0, 0)).toBeUndefined();
  });

  it("is read out in words", () => {
    expect(flowInWords({ lossStep: 40, sourceStep: 3, value: 1.2e-6 })).toBe(
      "∂L at step 40 reaches step 3 with norm 1.2×10⁻⁶.",
    );
    expect(flowInWords({ lossStep: 4, sourceStep: 30, value: NaN })).toContain(
      "comes after the loss",
    );
    expect(flowInWords({ lossStep: 30, sourceStep: 4, value: NaN })).toContain("norm NaN");
  });

  it("is asked for in full where that is quick, and in fewer rows where each one is dear", () => {
    expect(affordableRows({ steps: 50, hidden: 64, layers: 2 })).toBe(50);
    expect(affordableRows({ steps: 200, hidden: 64, layers: 1 })).toBe(200);
    expect(affordableRows({ steps: 200, hidden: 128, layers: 2 })).toBe(57);
    expect(affordableRows({ steps: 10_000, hidden: 512, layers: 1 })).toBe(8);
    expect(affordableRows({ steps: 1, hidden: 1, layers: 1 })).toBe(1);
    expect(sourceColumns(10_000)).toBe(1024);
  });

  it("is asked for only on request when it would take long", () => {
    expect(isDear({ steps: 1000, hidden: 128, layers: 1 })).toBe(false);
    expect(isDear({ steps: 1000, hidden: 512, layers: 1 })).toBe(true);
    expect(isDear({ steps: 1, hidden: 4096, layers: 8 })).toBe(false);
  });
});

const time = (from: number, to: number) => ({ span: { from, to }, left: 0, width: 250 });

describe("a curve of norms", () => {
  it("is asked for at the screen's resolution", () => {
    expect(curveColumns(50, time(0, 50), 1)).toBe(50);
    expect(curveColumns(10_000, time(0, 10_000), 1)).toBe(256);
    expect(curveColumns(10_000, time(0, 10_000), 2)).toBe(512);
    expect(curveColumns(10_000, time(4000, 4100), 1)).toBe(10_000);
    expect(curveColumns(1, time(0, 1), 2)).toBe(1);
  });

  it("has at a step the norm that was measured nearest to it", () => {
    const curve = {
      sequence: "t",
      tensor: "x",
      values: Float32Array.of(1, 2, 4),
      stepNumbers: Uint32Array.of(2, 9, 15),
      largest: 4,
    };
    expect([0, 2, 7, 20].map((t) => normAt(curve, t))).toEqual([1, 1, 2, 4]);
  });
});
