import { describe, expect, it } from "vitest";
import { gradientFlow } from "../../../src/analysis/gradientFlow.ts";
import type { LayerConfig } from "../../../src/config/schema.ts";
import { createPass, forward, readTrace, restoreCarriedState } from "../../../src/engine/bptt.ts";
import { createModel, parameterOf, type Model, type ModelSpec } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { stepNorms } from "../../../src/trace/norms.ts";
import { tensorOf } from "../../../src/trace/trace.ts";
import { reachOf } from "../../../webview/gradients/verdict.ts";
import { denseSpec, gru, lstm, networkOf, rnn, sequenceFor, traceThrough } from "./networks.ts";

const everything = { direction: "forward", rows: 1e9, columns: 1e9 } as const;

const tokenSpec = (spec: ModelSpec, vocabulary: number, embedding?: number): ModelSpec => ({
  ...spec,
  input: { kind: "tokens", vocabulary, ...(embedding !== undefined && { embedding }) },
  loss: "cross-entropy",
});

const networks: readonly (readonly [string, ModelSpec])[] = [
  ["an RNN with tanh", denseSpec(2, 3, rnn(4))],
  ["an RNN with relu", denseSpec(2, 3, rnn(4, "relu"))],
  ["an LSTM", denseSpec(2, 3, lstm(4))],
  ["a GRU, reset after", denseSpec(2, 3, gru(4, "after"))],
  ["a GRU, reset before", denseSpec(2, 3, gru(4, "before"))],
  ["a stack of three different cells", denseSpec(2, 3, gru(5), lstm(4), rnn(3))],
  ["embedded tokens", tokenSpec(denseSpec(1, 6, lstm(4), lstm(3)), 6, 5)],
  ["one-hot tokens", tokenSpec(denseSpec(1, 6, gru(4), rnn(3)), 6)],
  ["residual layers", denseSpec(2, 3, rnn(4), { ...lstm(4), residual: true })],
];

const both = (layer: LayerConfig): LayerConfig => ({ ...layer, bidirectional: true });

describe("the gradient-flow matrix", () => {
  it.each(networks)("is what the engine's backward gives for each loss alone: %s", (_, spec) => {
    const steps = 7;
    const model = networkOf(spec, 11);
    const batch = sequenceFor(model, steps, 12, [1, 1, 0, 1, 0.5, 1, 1]);
    for (const layer of spec.layers.keys()) {
      const { lossSteps, sourceSteps, values } = gradientFlow(model, batch, {
        ...everything,
        layer,
      });
      expect([...lossSteps]).toEqual([0, 1, 3, 4, 5, 6]);
      expect([...sourceSteps]).toEqual([0, 1, 2, 3, 4, 5, 6]);
      lossSteps.forEach((t, row) => {
        const alone = Float64Array.from({ length: steps }, (_, step) => (step === t ? 1 : 0));
        const expected = stepNorms(
          tensorOf(
            traceThrough(model, { ...batch, weights: alone }),
            `grad.layers.${layer}.forward.h`,
          ),
        );
        for (let k = 0; k < steps; k++) {
          const found = values[row * steps + k];
          const place = `layer ${layer}, loss step ${t}, source step ${k}`;
          if (k > t) expect(found, place).toBeNaN();
          else {
            expect(Math.abs(found - expected[k]), place).toBeLessThanOrEqual(1e-10 * expected[k]);
          }
        }
        expect(
          expected[0],
          "some gradient must arrive for the comparison to mean anything",
        ).toBeGreaterThan(1e-9);
      });
    }
  });

  it("follows both directions, also to states after the loss, which the reverse layer above reads first", () => {
    const steps = 5;
    const model = networkOf(denseSpec(2, 2, both(gru(3)), both(lstm(4))), 81);
    const batch = sequenceFor(model, steps, 82);
    for (const direction of ["forward", "reverse"] as const) {
      const { values } = gradientFlow(model, batch, { ...everything, layer: 0, direction });
      for (let t = 0; t < steps; t++) {
        const weights = Float64Array.from({ length: steps }, (_, step) => (step === t ? 1 : 0));
        const alone = traceThrough(model, { ...batch, weights });
        const expected = stepNorms(tensorOf(alone, `grad.layers.0.${direction}.h`));
        for (let k = 0; k < steps; k++) {
          const found = values[t * steps + k];
          expect(found, `${direction}, loss step ${t}, source step ${k}`).toBeGreaterThan(0);
          expect(found).toBeCloseTo(expected[k], 12);
        }
      }
    }
  });

  it("gives the same however many copies go side by side", () => {
    // Wide and long enough that not all loss steps fit one pass.
    const model = networkOf(denseSpec(1, 1, lstm(40)), 91);
    const batch = sequenceFor(model, 700, 92);
    const request = { layer: 0, direction: "forward", columns: 20 } as const;
    const one = gradientFlow(model, batch, { ...request, rows: 1 });
    const many = gradientFlow(model, batch, { ...request, rows: 60 });
    const last = many.values.subarray(-20);
    last.forEach((value, column) => expect(value).toBeCloseTo(one.values[column], 12));
  });

  it.each(networks.slice(0, 5))("is the slope of L_t when h_k is nudged: %s", (_, spec) => {
    const steps = 6;
    const model = networkOf(spec, 21);
    const batch = sequenceFor(model, steps, 22);
    const { values } = gradientFlow(model, batch, { ...everything, layer: 0 });
    for (let t = 0; t < steps; t++) {
      for (let k = 0; k <= t; k++) {
        const slopes = Array.from({ length: 4 }, (_, unit) => {
          const nudge = 1e-5;
          return (
            (lossAfterNudge(model, batch, t, k, unit, nudge) -
              lossAfterNudge(model, batch, t, k, unit, -nudge)) /
            (2 * nudge)
          );
        });
        expect(values[t * steps + k], `loss step ${t}, source step ${k}`).toBeCloseTo(
          Math.hypot(...slopes),
          7,
        );
      }
    }
  });

  it("counts the way up through the layers above as well as the way through time", () => {
    // The upper layer reads nudged states of the lower one as its input, at step k and after it.
    const steps = 5;
    const model = networkOf(denseSpec(2, 2, lstm(3), gru(4)), 31);
    const batch = sequenceFor(model, steps, 32);
    const { values } = gradientFlow(model, batch, { ...everything, layer: 0 });
    const lower = part(model, denseSpec(2, 1, lstm(3)), 0);
    const upper = part(model, denseSpec(3, 2, gru(4)), 1);
    const lossAt = (t: number, k: number, unit: number, nudge: number): number => {
      const states = hiddenAfterNudge(lower, batch, k, unit, nudge);
      const trace = traceThrough(upper, { ...batch, input: { kind: "dense", values: states } });
      return tensorOf(trace, "loss").data[t];
    };
    for (let t = 0; t < steps; t++) {
      for (let k = 0; k <= t; k++) {
        const slopes = [0, 1, 2].map(
          (unit) => (lossAt(t, k, unit, 1e-5) - lossAt(t, k, unit, -1e-5)) / 2e-5,
        );
        expect(values[t * steps + k], `loss step ${t}, source step ${k}`).toBeCloseTo(
          Math.hypot(...slopes),
          7,
        );
      }
    }
  });

  it("has one row for a loss at the last step", () => {
    const spec = { ...denseSpec(2, 2, lstm(3)), output: { size: 2, at: "last-step" } } as const;
    const model = networkOf(spec, 41);
    const batch = sequenceFor(model, 9, 42);
    const trace = traceThrough(model, batch);
    const { lossSteps, values } = gradientFlow(model, batch, { ...everything, layer: 0 });
    expect([...lossSteps]).toEqual([8]);
    const whole = stepNorms(tensorOf(trace, "grad.layers.0.forward.h"));
    values.forEach((value, k) => expect(value, `step ${k}`).toBeCloseTo(whole[k], 12));
  });

  it("samples long sequences evenly, with the last loss and the first source among them", () => {
    const model = networkOf(denseSpec(1, 1, rnn(2)), 51);
    const batch = sequenceFor(model, 101, 52);
    const request = { layer: 0, direction: "forward" } as const;
    const all = gradientFlow(model, batch, { ...request, rows: 1000, columns: 1000 });
    const few = gradientFlow(model, batch, { ...request, rows: 5, columns: 11 });
    expect([...few.lossSteps]).toEqual([0, 25, 50, 75, 100]);
    expect([...few.sourceSteps]).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    few.lossSteps.forEach((t, row) =>
      few.sourceSteps.forEach((k, column) => {
        const found = few.values[row * 11 + column];
        if (k > t) expect(found).toBeNaN();
        else
          expect(found, `loss step ${t}, source step ${k}`).toBeCloseTo(
            all.values[t * 101 + k],
            12,
          );
      }),
    );
    expect([...gradientFlow(model, batch, { ...request, rows: 1, columns: 1 }).lossSteps]).toEqual([
      100,
    ]);
  });

  it("has no rows without losses, and works for a sequence of one step", () => {
    const model = networkOf(denseSpec(1, 1, lstm(2)), 61);
    const { target: _target, weights: _weights, ...unlabelled } = sequenceFor(model, 4, 62);
    const none = gradientFlow(model, unlabelled, { ...everything, layer: 0 });
    expect([none.lossSteps.length, none.values.length]).toEqual([0, 0]);
    const one = gradientFlow(model, sequenceFor(model, 1, 63), {
      ...everything,
      layer: 0,
    });
    expect(one.values.length).toBe(1);
    expect(one.values[0]).toBeGreaterThan(0);
  });

  it("refuses a layer that is not there", () => {
    const model = networkOf(denseSpec(1, 1, lstm(2)), 71);
    const batch = sequenceFor(model, 2, 72);
    expect(() => gradientFlow(model, batch, { ...everything, layer: 1 })).toThrow(/no layer 1/);
    expect(() =>
      gradientFlow(model, batch, { ...everything, layer: 0, direction: "reverse" }),
    ).toThrow(/reverse/);
  });

  it("tells an RNN that forgets from an LSTM that remembers, on the same sequence", () => {
    const steps = 60;
    const flowOf = (spec: ModelSpec) => {
      const model = networkOf(spec, 7, "float32");
      const { values } = gradientFlow(model, sequenceFor(model, steps, 8), {
        ...everything,
        layer: 0,
      });
      const sources = Array.from({ length: steps }, (_, k) => k);
      return reachOf(values.subarray((steps - 1) * steps), sources, steps - 1);
    };
    const remembering: ModelSpec = {
      ...denseSpec(2, 1, lstm(16)),
      initialization: { input: "uniform", recurrent: "orthogonal", forgetBias: 4 },
    };
    const forgetting = flowOf(denseSpec(2, 1, rnn(16)));
    const kept = flowOf(remembering);
    expect(forgetting.kind).toBe("vanishes");
    // Halved at least every three steps.
    expect(forgetting.perStep).toBeLessThan(0.5 ** (1 / 3));
    expect(kept.kind).toBe("carries");
    expect(kept.ratio / forgetting.ratio).toBeGreaterThan(1e6);
  });
});

/** A network made of some layers of another, with the other's weights; the output too, when it is the same size. */
function part(whole: Model, spec: ModelSpec, firstLayer: number): Model {
  const model = createModel(spec, { kernels: whole.kernels, random: createRandom(1) });
  for (const { name, value } of model.parameters) {
    const source = name.replace(/_l(\d+)/, (_, layer) => `_l${Number(layer) + firstLayer}`);
    const found = parameterOf(whole, source);
    if (found.value.length === value.length) value.set(found.value);
    else if (!name.startsWith("output")) throw new Error(`${source} does not fit ${name}.`);
  }
  return model;
}

/** (T,H) states of a network's only layer when unit `unit` of h_k is moved by `nudge` and all that follows is computed again. */
function hiddenAfterNudge(
  model: Model,
  batch: Batch,
  k: number,
  unit: number,
  nudge: number,
): Float64Array {
  const name = "layers.0.forward.h";
  const before = traceThrough(model, dropTarget(slice(batch, 0, k + 1)));
  const kept = Float64Array.from(tensorOf(before, name).data);
  const hidden = kept.length / (k + 1);
  kept[k * hidden + unit] += nudge;
  if (k + 1 === batch.steps) return kept;
  const state = new Map([[name, kept.slice(k * hidden)]]);
  const c = before.tensors.get("layers.0.forward.c");
  if (c) state.set("layers.0.forward.c", Float64Array.from(c.data.slice(k * hidden)));
  const pass = createPass(model, { steps: batch.steps, batch: 1 });
  restoreCarriedState(pass, state);
  forward(pass, { ...dropTarget(slice(batch, k + 1, batch.steps)), carry: true });
  return Float64Array.from([...kept, ...tensorOf(readTrace(pass), name).data]);
}

/** L_t after such a nudge, with the output and the squared error written out. */
function lossAfterNudge(
  model: Model,
  batch: Batch,
  t: number,
  k: number,
  unit: number,
  nudge: number,
): number {
  const states = hiddenAfterNudge(model, batch, k, unit, nudge);
  const weight = parameterOf(model, "output.weight");
  const bias = parameterOf(model, "output.bias").value;
  const [outputs, hidden] = weight.shape;
  if (batch.target?.kind !== "values") throw new Error("The nudge is measured on squared errors.");
  let loss = 0;
  for (let o = 0; o < outputs; o++) {
    let y = bias[o];
    for (let j = 0; j < hidden; j++) y += weight.value[o * hidden + j] * states[t * hidden + j];
    loss += (y - batch.target.values[t * outputs + o]) ** 2 / outputs;
  }
  return loss;
}

function slice(batch: Batch, from: number, to: number): Batch {
  if (batch.input.kind !== "dense") throw new Error("Only dense sequences are cut here.");
  const size = batch.input.values.length / batch.steps;
  return {
    ...batch,
    steps: to - from,
    lengths: Int32Array.of(to - from),
    input: { kind: "dense", values: batch.input.values.slice(from * size, to * size) },
  };
}

const dropTarget = (batch: Batch): Batch => ({ ...batch, target: undefined, weights: undefined });
