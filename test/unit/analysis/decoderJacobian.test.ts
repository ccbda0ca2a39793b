/** State-to-state Jacobians of encoder-decoders against differences of the whole network, the way through attention included. */
import { describe, expect, it } from "vitest";
import { nudgeStates } from "../../../src/analysis/nudgedStates.ts";
import { createJacobianSource, stateSpectra } from "../../../src/analysis/stateJacobian.ts";
import { createPass, forward, readTrace } from "../../../src/engine/bptt.ts";
import type { ModelSpec } from "../../../src/engine/model.ts";
import { roomFor } from "../../../src/engine/pass.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { layerTensor } from "../../../src/trace/names.ts";
import { tensorOf, type Direction } from "../../../src/trace/trace.ts";
import { denseSpec, gru, lstm, networkOf } from "./networks.ts";

const batch: Batch = {
  steps: 4,
  size: 1,
  lengths: Int32Array.of(4),
  input: { kind: "tokens", tokens: Int32Array.of(3, 1, 4, 2) },
  decoder: { steps: 3, lengths: Int32Array.of(3), tokens: Int32Array.of(0, 4, 2) },
  carry: false,
};

const spec = (decoder: Omit<NonNullable<ModelSpec["decoder"]>, "vocabulary">): ModelSpec => ({
  ...denseSpec(0, 6, { ...lstm(3), bidirectional: true }, gru(5)),
  input: { kind: "tokens", vocabulary: 7, embedding: 3 },
  decoder: { ...decoder, vocabulary: 6 },
  output: { size: 6, at: "each-step" },
  loss: "cross-entropy",
});

const decoders = {
  "additive attention": { layers: [gru(4)], attention: { score: "additive", size: 3 } },
  "additive attention, two layers": {
    layers: [gru(3), lstm(4)],
    attention: { score: "additive", size: 3 },
  },
  "general attention": { layers: [lstm(4)], attention: { score: "general" } },
  "a context": { layers: [gru(4, "before")], context: true },
} as const;

describe("the Jacobian of a state in an encoder-decoder", () => {
  for (const [name, decoder] of Object.entries(decoders)) {
    it(`is that of differences: ${name}`, () => {
      const model = networkOf(spec({ start: "map", ...decoder }), 2);
      const pass = createPass(model, roomFor(batch));
      forward(pass, batch);
      const trace = readTrace(pass);
      const nudged = nudgeStates(pass, trace);
      const places = model.description.layers.flatMap(({ directions }, layer) =>
        directions.map((direction) => ({ layer, direction })),
      );
      for (const { layer, direction } of places) {
        // Moving its h moves the layer above at the same step, which the Jacobian holds as it was.
        if (layer >= 2 && layer < model.description.layers.length - 1) continue;
        const source = createJacobianSource(model, trace, batch, { layer, direction });
        const moved = nudged.overTime.find(
          (state) => state.name === layerTensor(layer, direction, "h"),
        );
        if (!moved) throw new Error("Every layer has an h.");
        expect([source.from, source.to]).toEqual([moved.firstStep, moved.firstStep + moved.steps]);
        for (let t = source.from + 1; t < source.to - 1; t++) {
          const before = direction === "forward" ? t - 1 : t + 1;
          const { values, size, hidden } = source.of(t);
          const stateAt = (unit: number, amount: number): number[] => {
            moved.nudge(before, unit, amount);
            forward(nudged.pass, batch);
            return stateOf(readTrace(nudged.pass), layer, direction, t);
          };
          for (let unit = 0; unit < hidden; unit++) {
            const above = stateAt(unit, 1e-5);
            const below = stateAt(unit, -1e-5);
            above.forEach((value, row) =>
              expect(
                values[row * size + unit],
                `layer ${layer} ${direction}, step ${t}, [${row},${unit}]`,
              ).toBeCloseTo((value - below[row]) / 2e-5, 7),
            );
          }
        }
      }
    });
  }

  it("has singular values at the steps that a layer takes, and no others", () => {
    const model = networkOf(spec({ start: "map", ...decoders["additive attention"] }), 2);
    const pass = createPass(model, roomFor(batch));
    forward(pass, batch);
    const trace = readTrace(pass);
    const stepsOf = (layer: number): number[] =>
      [...stateSpectra(model, trace, batch, { layer, direction: "forward", columns: 9 })].map(
        ({ t }) => t,
      );
    expect(stepsOf(1)).toEqual([0, 1, 2, 3]);
    expect(stepsOf(2)).toEqual([4, 5, 6]);
  });
});

/** h and then, of an LSTM, c after step `t`. */
function stateOf(
  trace: ReturnType<typeof readTrace>,
  layer: number,
  direction: Direction,
  t: number,
): number[] {
  return ["h", "c"].flatMap((part) => {
    const name = layerTensor(layer, direction, part);
    if (!trace.tensors.has(name)) return [];
    const { data, shape } = tensorOf(trace, name);
    return [...data.subarray(t * shape[2], (t + 1) * shape[2])];
  });
}
