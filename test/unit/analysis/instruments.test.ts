/** Gradient instruments: Jacobians of states and saliency of inputs, against differences and against what they must add up to. */
import { describe, expect, it } from "vitest";
import {
  findSaliency,
  type Saliency,
  type SaliencyRequest,
} from "../../../src/analysis/saliency.ts";
import { singularValues } from "../../../src/analysis/singularValues.ts";
import { createJacobianSource, stateSpectra } from "../../../src/analysis/stateJacobian.ts";
import type { LayerConfig } from "../../../src/config/schema.ts";
import { createPass, forward, readTrace, restoreCarriedState } from "../../../src/engine/bptt.ts";
import type { Model, ModelSpec } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { layerTensor } from "../../../src/trace/names.ts";
import { tensorOf, type Direction, type Trace } from "../../../src/trace/trace.ts";
import {
  denseSpec,
  gru,
  lstm,
  networkOf,
  normals,
  rnn,
  sequenceFor,
  traceThrough,
} from "./networks.ts";

const both = (layer: LayerConfig): LayerConfig => ({ ...layer, bidirectional: true });

/** ∂(h,c)_t/∂(h,c)_{t−1} by central differences: one step of the network from states that are moved a little. */
function jacobianByDifferences(
  model: Model,
  trace: Trace,
  place: { readonly layer: number; readonly direction: Direction },
  t: number,
): number[] {
  const parts = ["h", "c"].filter((part) =>
    trace.tensors.has(layerTensor(place.layer, place.direction, part)),
  );
  const states = new Map<string, Float64Array>();
  model.description.layers.forEach(({ directions }, layer) => {
    for (const direction of directions) {
      for (const part of ["h", "c"]) {
        const name = layerTensor(layer, direction, part);
        const all = trace.tensors.get(name);
        if (!all) continue;
        const from = direction === "forward" ? t - 1 : t + 1;
        const width = all.shape[2];
        const isFirst = from < 0 || from >= trace.steps;
        const data = isFirst ? tensorOf(trace, `${name}0`).data : all.data;
        const at = isFirst ? 0 : from * width;
        states.set(name, Float64Array.from(data.slice(at, at + width)));
      }
    }
  });
  const input = tensorOf(trace, "input");
  const width = input.shape[2];
  const pass = createPass(model, { steps: 1, batch: 1 });
  const step = (): number[] => {
    restoreCarriedState(pass, states);
    const values = input.data.slice(t * width, (t + 1) * width);
    const lengths = Int32Array.of(1);
    forward(pass, { steps: 1, size: 1, lengths, input: { kind: "dense", values }, carry: true });
    const after = readTrace(pass);
    return parts.flatMap((part) => [
      ...tensorOf(after, layerTensor(place.layer, place.direction, part)).data,
    ]);
  };
  const columns = parts.flatMap((part) => {
    const state = states.get(layerTensor(place.layer, place.direction, part)) ?? new Float64Array();
    return Array.from(state, (kept, k) => {
      state[k] = kept + 1e-6;
      const above = step();
      state[k] = kept - 1e-6;
      const below = step();
      state[k] = kept;
      return above.map((value, row) => (value - below[row]) / 2e-6);
    });
  });
  return columns.flatMap((_, row) => columns.map((column) => column[row]));
}

describe("the Jacobian of a state", () => {
  const networks: readonly [string, ModelSpec, number, Direction][] = [
    ["an RNN", denseSpec(2, 3, rnn(4)), 0, "forward"],
    ["a GRU", denseSpec(2, 3, gru(4)), 0, "forward"],
    ["a GRU with its reset before", denseSpec(2, 3, gru(4, "before")), 0, "forward"],
    ["an LSTM's h and c", denseSpec(2, 3, lstm(4)), 0, "forward"],
    [
      "an LSTM with peepholes",
      denseSpec(2, 3, { cell: "lstm", hidden: 4, peepholes: true }),
      0,
      "forward",
    ],
    [
      "an LSTM with a projection",
      denseSpec(2, 3, { cell: "lstm", hidden: 5, projection: 3 }),
      0,
      "forward",
    ],
    ["a normalized GRU", denseSpec(2, 3, { ...gru(4), layerNorm: true }), 0, "forward"],
    [
      "the upper layer of two directions",
      denseSpec(2, 3, both(lstm(3)), both(gru(4))),
      1,
      "forward",
    ],
    ["its reverse direction", denseSpec(2, 3, both(lstm(3)), both(gru(4))), 1, "reverse"],
  ];
  it.each(networks)("of %s is that of differences at every step", (_, spec, layer, direction) => {
    const model = networkOf(spec, 2);
    const batch = sequenceFor(model, 4, 3);
    const trace = traceThrough(model, batch);
    const source = createJacobianSource(model, trace, batch, { layer, direction });
    for (const t of [0, 1, 3]) {
      const { values } = source.of(t);
      const wanted = jacobianByDifferences(model, trace, { layer, direction }, t);
      expect(values).toHaveLength(wanted.length);
      values.forEach((value, k) =>
        expect(value, `step ${t}, entry ${k}`).toBeCloseTo(wanted[k], 6),
      );
    }
  });

  it("has the singular values of h alone, and for an LSTM of h and c together", () => {
    const model = networkOf(denseSpec(2, 3, lstm(4)), 2);
    const batch = sequenceFor(model, 9, 3);
    const trace = traceThrough(model, batch);
    const place = { layer: 0, direction: "forward" } as const;
    const spectra = [...stateSpectra(model, trace, batch, { ...place, columns: 4 })];
    expect(spectra.map(({ t }) => t)).toEqual([0, 3, 5, 8]);
    for (const { h, joint } of spectra) {
      expect(h).toHaveLength(4);
      expect(joint).toHaveLength(8);
      // A part stretches no more than the whole.
      expect(h[0]).toBeLessThanOrEqual((joint?.[0] ?? 0) + 1e-12);
    }
  });
});

describe("singular values", () => {
  const random = createRandom(5);
  it.each([1, 2, 3, 7, 40])(
    "of a random matrix of %i rows square to the eigenvalues' sums",
    (size) => {
      const matrix = normals(random, size * size);
      const found = singularValues(matrix, size);
      expect(found).toHaveLength(size);
      expect([...found]).toEqual([...found].toSorted((a, b) => b - a));
      const squares = matrix.reduce((sum, value) => sum + value * value, 0);
      expect(found.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(squares, 8);
      // The trace of (AᵀA)²: the fourth powers.
      let fourth = 0;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let product = 0;
          for (let k = 0; k < size; k++) product += matrix[k * size + i] * matrix[k * size + j];
          fourth += product * product;
        }
      }
      expect(found.reduce((sum, value) => sum + value ** 4, 0) / fourth).toBeCloseTo(1, 10);
    },
  );

  it("are exact where they are known: scaled rotations, rank one, zeros, tiny beside large", () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    expect([...singularValues([3 * c, -3 * s, 3 * s, 3 * c], 2)].map((x) => x.toFixed(12))).toEqual(
      ["3.000000000000", "3.000000000000"],
    );
    const rankOne = [1, 2, 3, 2, 4, 6, 3, 6, 9];
    const [first, second, third] = singularValues(rankOne, 3);
    expect(first).toBeCloseTo(14, 12);
    expect(Math.max(second, third)).toBeLessThan(1e-14);
    expect([...singularValues(new Float64Array(9), 3)]).toEqual([0, 0, 0]);
    const [large, tiny] = singularValues([1, 0, 0, 1e-12], 2);
    expect(large).toBeCloseTo(1, 14);
    expect(tiny / 1e-12).toBeCloseTo(1, 3);
    expect([...singularValues([1, NaN, 0, 1], 2)]).toEqual([NaN, NaN]);
  });
});

const tokens = (embedding?: number): ModelSpec => ({
  ...denseSpec(0, 4, lstm(5)),
  input: { kind: "tokens", vocabulary: 7, ...(embedding ? { embedding } : {}) },
  loss: "cross-entropy",
});

const find = (model: Model, request: SaliencyRequest): Saliency => {
  const finding = findSaliency(model, sequenceFor(model, 6, 3), request);
  for (;;) {
    const { done, value } = finding.next();
    if (done) return value;
  }
};

describe("saliency", () => {
  const networks: readonly [string, ModelSpec][] = [
    ["numbers", denseSpec(3, 4, lstm(5))],
    ["embedded tokens", tokens(3)],
    ["one-hot tokens", tokens()],
    ["both directions", denseSpec(3, 4, both(gru(4)))],
    ["one answer at the end", { ...denseSpec(3, 4, gru(4)), output: { size: 4, at: "last-step" } }],
  ];
  it.each(networks)("of %s: integrated gradients add up to the output", (_, spec) => {
    const found = find(networkOf(spec, 2), { method: "integrated", t: 3, output: 2 });
    const sum = found.values.reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(found.score - (found.baselineScore ?? NaN), 5);
  });

  it("of numbers: the gradient is that of differences, and times the input it is the other one", () => {
    const model = networkOf(denseSpec(3, 4, lstm(5)), 2);
    const batch = sequenceFor(model, 6, 3);
    if (batch.input.kind !== "dense") throw new Error("The network reads numbers.");
    const { values: x } = batch.input;
    const score = (): number => find(model, { method: "gradient", t: 4, output: 1 }).score;
    const { values } = find(model, { method: "gradient", t: 4, output: 1 });
    expect(score()).toBe(find(model, { method: "integrated", t: 4, output: 1 }).score);
    const outputAt = (): number => {
      const pass = createPass(model, { steps: 6, batch: 1 });
      forward(pass, { ...batch, target: undefined });
      return tensorOf(readTrace(pass), "output").data[4 * 4 + 1];
    };
    values.forEach((value, k) => {
      const kept = x[k];
      x[k] = kept + 1e-5;
      const above = outputAt();
      x[k] = kept - 1e-5;
      const below = outputAt();
      x[k] = kept;
      expect(value, `entry ${k}`).toBeCloseTo((above - below) / 2e-5, 8);
    });
    // Nothing after step 4 can matter to it.
    expect(values.slice(15).every((value) => value === 0)).toBe(true);
    const times = find(model, { method: "gradient-input", t: 4, output: 1 });
    expect([...times.values]).toEqual([...values].map((value, k) => value * x[k]));
  });
});
