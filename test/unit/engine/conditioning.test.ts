/** A vector that conditions a whole sequence: as the states before the first step. */
import { describe, expect, it } from "vitest";
import { createPass, forward, readTrace, restoreCarriedState } from "../../../src/engine/bptt.ts";
import { parameterOf, type Model } from "../../../src/engine/model.ts";
import { createStepper } from "../../../src/engine/stepper.ts";
import { tensorOf } from "../../../src/trace/trace.ts";
import {
  buildBatch,
  buildModel,
  buildPass,
  layerConfig,
  sizes,
} from "../../gradcheck/smallNetwork.ts";

const buildConditioned = (): Model =>
  buildModel({
    layers: [layerConfig("lstm projection", 3), layerConfig("gru after", 2)],
    condition: "initial-state",
    loss: "mean-squared-error",
  });

/** W v + b of one layer for one vector. */
function statesOf(model: Model, layer: number, vector: ArrayLike<number>): number[] {
  const { value, shape } = parameterOf(model, `condition.l${layer}.weight`);
  const bias = parameterOf(model, `condition.l${layer}.bias`).value;
  return Array.from(bias, (start, row) => {
    let sum = start;
    for (let k = 0; k < shape[1]; k++) sum += value[row * shape[1] + k] * vector[k];
    return sum;
  });
}

describe("a network that begins from a vector", () => {
  it("has W v + b for its first states, h before c, in every layer", () => {
    const model = buildConditioned();
    const batch = buildBatch(model);
    const pass = buildPass(model, batch);
    forward(pass, batch);
    const trace = readTrace(pass);
    if (batch.input.kind !== "dense") throw new Error("A vector is dense.");
    for (let b = 0; b < sizes.batch; b++) {
      const vector = batch.input.values.slice(b * sizes.input, (b + 1) * sizes.input);
      const [h, c] = ["h0", "c0"].map((name) => {
        const { data, shape } = tensorOf(trace, `layers.0.forward.${name}`);
        return Array.from(data.subarray(b * shape[1], (b + 1) * shape[1]));
      });
      expect(h).toHaveLength(3);
      expect(c).toHaveLength(4);
      statesOf(model, 0, vector).forEach((wanted, k) => {
        expect([...h, ...c][k]).toBeCloseTo(wanted, 12);
      });
    }
  });

  it("reads nothing else: what stands at later steps does not matter, and the trace does not show it", () => {
    const model = buildConditioned();
    const batch = buildBatch(model);
    if (batch.input.kind !== "dense") throw new Error("A vector is dense.");
    const values = batch.input.values.slice().fill(NaN, sizes.batch * sizes.input);
    const pass = buildPass(model, batch);
    const { loss } = forward(pass, batch);
    const other = buildPass(model, batch);
    expect(forward(other, { ...batch, input: { kind: "dense", values } }).loss).toBe(loss);
    const { data } = tensorOf(readTrace(other), "input");
    const given = sizes.batch * sizes.input;
    expect(data.slice(0, given)).toEqual(batch.input.values.slice(0, given));
    expect(data.slice(given).every((value) => value === 0)).toBe(true);
  });

  it("goes on from its state in a later window, whatever stands there", () => {
    const model = buildConditioned();
    const whole = buildBatch(model, { lengths: [4] });
    const pass = buildPass(model, whole);
    forward(pass, whole);
    const wanted = tensorOf(readTrace(pass), "output").data;
    const cut = createPass(model, { steps: 2, batch: 1 });
    restoreCarriedState(cut, new Map());
    if (whole.input.kind !== "dense") throw new Error("A vector is dense.");
    const { values } = whole.input;
    const window = (from: number) =>
      ({
        steps: 2,
        size: 1,
        lengths: Int32Array.of(2),
        input: {
          kind: "dense",
          values: values.slice(from * sizes.input, (from + 2) * sizes.input),
        },
        carry: from > 0,
      }) as const;
    const outputs = [0, 2].flatMap((from) => {
      forward(cut, window(from));
      return [...tensorOf(readTrace(cut), "output").data];
    });
    expect(Float64Array.from(outputs)).toEqual(wanted);
    const stepper = createStepper(model);
    const stepped = [0, 1, 2, 3].flatMap((t) => [
      ...stepper.step(t === 0 ? values.slice(0, sizes.input) : new Float64Array(sizes.input)),
    ]);
    expect(Float64Array.from(stepped)).toEqual(wanted);
  });
});
