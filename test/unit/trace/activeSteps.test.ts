/** An encoder computes the steps of its source and a decoder those after them: of the others a trace has zeros, which mean nothing. */
import { describe, expect, it } from "vitest";
import { stepsOfTensor } from "../../../src/trace/activeSteps.ts";
import { heatmapOf } from "../../../src/trace/heatmap.ts";
import { normCurve } from "../../../src/trace/norms.ts";
import type { Tensor, Trace } from "../../../src/trace/trace.ts";
import { lstmLayer, modelOf, timedTensor, traceOf } from "./traces.ts";

const encoderGate = timedTensor("layers.0.forward.f", [[0.2], [0.6], [0], [0], [0]]);
const decoderGate = timedTensor("layers.1.forward.f", [[0], [0], [0.7], [0.99], [0.3]]);
const decoderGradient = timedTensor("grad.layers.1.forward.h", [[0], [0], [-2], [1], [0.5]]);
const attention: Tensor = {
  name: "attention.weights",
  axes: ["D", "B", "S"],
  shape: [3, 1, 2],
  data: Float32Array.of(0.9, 0.1, 0.4, 0.6, 0.2, 0.8),
};

const trace: Trace = {
  ...traceOf(
    {
      ...modelOf(lstmLayer(1), lstmLayer(1)),
      decoder: { firstLayer: 1, vocabulary: 3, start: "copy" },
    },
    encoderGate,
    decoderGate,
    decoderGradient,
    attention,
  ),
  sourceSteps: 2,
};

const seen = (tensor: string, more: { steps?: readonly [number, number]; columns?: number } = {}) =>
  heatmapOf(trace, {
    tensor,
    steps: [0, 5],
    units: [0, 9],
    columns: 5,
    rows: 9,
    order: "index",
    ...more,
  });

const columns = (tensor: string, steps: readonly [number, number]) =>
  [...new Float32Array(seen(tensor, { steps }).values)].map((value) => Number(value.toFixed(3)));

describe("the steps of a tensor", () => {
  it("are those that its layer computes, whether it holds them alone or with zeros around them", () => {
    expect(stepsOfTensor(trace, encoderGate)).toEqual([0, 2]);
    expect(stepsOfTensor(trace, decoderGate)).toEqual([2, 5]);
    expect(stepsOfTensor(trace, decoderGradient)).toEqual([2, 5]);
    expect(stepsOfTensor(trace, attention)).toEqual([2, 5]);
    expect(stepsOfTensor(trace, { name: "output", axes: ["T", "B", "O"] })).toEqual([0, 5]);
  });

  it("alone count for extremes and saturation", () => {
    const { minimum, maximum, saturatedLow, saturatedHigh, saturation } = seen(decoderGate.name);
    expect([minimum, maximum]).toEqual([Math.fround(0.3), Math.fround(0.99)]);
    expect(saturatedLow).toBe(0);
    expect(saturatedHigh).toBeCloseTo(1 / 3);
    expect(new Float32Array(saturation)[0]).toBeCloseTo(1 / 3);
  });

  it("stand in their places on the axis of time", () => {
    expect(columns(decoderGate.name, [2, 5])).toEqual([0.7, 0.99, 0.3]);
    expect(columns(encoderGate.name, [0, 2])).toEqual([0.2, 0.6]);
    expect(columns(attention.name, [3, 5])).toEqual([0.4, 0.2, 0.6, 0.8]);
  });

  it("win over those that were not computed where a column stands for both", () => {
    const { values } = seen(decoderGate.name, { steps: [1, 3], columns: 1 });
    expect(new Float32Array(values)[0]).toBeCloseTo(0.7);
  });

  it("are all that a curve of norms is drawn of", () => {
    const { values, stepNumbers } = normCurve(trace, { tensor: decoderGradient.name, columns: 9 });
    expect([...new Uint32Array(stepNumbers)]).toEqual([2, 3, 4]);
    expect([...new Float32Array(values)]).toEqual([2, 1, 0.5]);
  });
});
