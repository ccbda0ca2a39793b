/** What the weights of a layer say before any sequence was read. */
import { describe, expect, it } from "vitest";
import {
  gateWeights,
  recurrentMatrix,
  type LayerWeights,
} from "../../../src/analysis/weights/gateWeights.ts";
import { summarizeLayer, type LayerSummary } from "../../../src/analysis/weights/layerSummary.ts";
import { spectralNorm } from "../../../src/analysis/weights/weightStatistics.ts";

const numbered = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => 0.1 + index / length);

/** An LSTM of 4 units that reads 3 numbers; each weight tells its place. */
function layer(change: Partial<LayerWeights> = {}): LayerWeights {
  return {
    cell: "lstm",
    hidden: 4,
    inputSize: 3,
    weightIh: numbered(16 * 3),
    weightHh: numbered(16 * 4),
    biasIh: numbered(16),
    biasHh: numbered(16),
    ...change,
  };
}

function summarize(weights: LayerWeights): LayerSummary {
  const summarizing = summarizeLayer(weights);
  for (let next = summarizing.next(); ; next = summarizing.next()) if (next.done) return next.value;
}

describe("the weights of a recurrent layer", () => {
  it("belong to gates, in the cell's order", () => {
    const weights = layer();
    const { weightHh, biasIh } = gateWeights(weights, "f");
    expect(weightHh).toEqual(weights.weightHh.slice(16, 32));
    expect(biasIh).toEqual(weights.biasIh?.slice(4, 8));
    expect(() => gateWeights(weights, "z")).toThrow('A lstm has i, f, g, o, but no "z".');
  });

  it("carry h over by a square matrix, with a projection too", () => {
    const weightHr = Float32Array.of(1, 0, 0, 0, 0, 2, 0, 0);
    const projected = layer({ weightHh: Float32Array.from({ length: 32 }, (_, k) => k), weightHr });
    const { values, size } = recurrentMatrix(projected, "i");
    expect(size).toBe(2);
    expect([...values]).toEqual([0, 1, 4, 6]);
  });

  it("are counted, measured and spread over one scale for all gates", () => {
    const weightIh = Float32Array.from({ length: 48 }, (_, index) => (index < 12 ? 0 : 1));
    weightIh[5] = Number.NaN;
    const { gates, reach } = summarize(
      layer({ weightIh, weightHh: new Float32Array(64).fill(-2) }),
    );
    expect(gates.map(({ part }) => part)).toEqual(["i", "f", "g", "o"]);
    expect(reach).toBe(2);
    expect(gates[0].input).toMatchObject({ count: 12, notFinite: 1, zeros: 11, norm: 0 });
    expect(gates[1].input).toMatchObject({ mean: 1, deviation: 0, minimum: 1, maximum: 1 });
    expect(gates[1].recurrent.norm).toBeCloseTo(8, 6);
    const histogram = new Uint32Array(gates[2].recurrentHistogram);
    expect(histogram[0]).toBe(16);
    expect(histogram.reduce((sum, count) => sum + count)).toBe(16);
  });

  it("tell units that hear nothing, that are not read, and gates that a bias holds", () => {
    const weights = layer();
    for (let row = 2; row < 16; row += 4) {
      weights.weightIh.fill(0, row * 3, row * 3 + 3);
      weights.weightHh.fill(0, row * 4, row * 4 + 4);
    }
    for (let row = 0; row < 16; row++) weights.weightHh[row * 4 + 1] = 0;
    weights.biasIh?.set([-9], 4 + 3);
    weights.biasHh?.set([9], 12);
    const { units, gates } = summarize(weights);
    expect(units).toEqual({
      deaf: [2],
      unread: [1],
      heldClosed: [{ part: "f", units: [3] }],
      heldOpen: [{ part: "o", units: [0] }],
    });
    expect(new Float32Array(gates[1].biases ?? new ArrayBuffer(0))[3]).toBeLessThan(-8);
  });

  it("may have no biases", () => {
    const { gates, units } = summarize(layer({ biasIh: undefined, biasHh: undefined }));
    expect(gates.every(({ bias, biases }) => bias === undefined && biases === undefined)).toBe(
      true,
    );
    expect(units.heldOpen).toEqual([]);
  });
});

describe("the spectral norm", () => {
  it("is the largest singular value", () => {
    expect(spectralNorm(Float64Array.of(3, 0, 0, -5), 2, 2)).toBeCloseTo(5, 8);
    // Singular values of [[1,2,3],[4,5,6]] by numpy.linalg.svd.
    expect(spectralNorm(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3)).toBeCloseTo(9.508032000695724, 8);
    expect(spectralNorm(new Float64Array(6), 2, 3)).toBe(0);
    expect(spectralNorm(Float64Array.of(Number.NaN), 1, 1)).toBeNaN();
  });
});
