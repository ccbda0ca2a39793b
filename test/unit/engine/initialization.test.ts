/** How weights start. */
import { describe, expect, it } from "vitest";
import { fillOrthogonal } from "../../../src/engine/init.ts";
import type { Precision } from "../../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { describeModel } from "../../../src/engine/describeModel.ts";
import { createModel, parameterOf, type Model } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import type { Real } from "../../../src/trace/trace.ts";
import { disagreement } from "../../gradcheck/differences.ts";
import {
  buildModel,
  cellKinds,
  layerConfig,
  type NetworkOptions,
} from "../../gradcheck/smallNetwork.ts";

const largest = (values: Real): number => Math.max(...Array.from(values, Math.abs));
const valueOf = (model: Model, name: string): Real => parameterOf(model, name).value;

type Initialization = NetworkOptions["initialization"];

const seeded = (seed: number, precision: Precision): Model =>
  buildModel({
    seed,
    kernels: referenceKernels(precision),
    initialization: { recurrent: "orthogonal" },
  });
const gru = (initialization: Initialization): Model =>
  buildModel({ layers: [layerConfig("gru after", 16)], initialization });
const withForgetBias = (forgetBias: number): Model =>
  buildModel({ layers: [layerConfig("lstm", 4)], initialization: { forgetBias } });

/** The largest difference of rows · rowsᵀ from the identity. */
function departure(rows: Real, count: number, length: number): number {
  let worst = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += rows[a * length + k] * rows[b * length + k];
      worst = Math.max(worst, Math.abs(sum - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

describe("a new model", () => {
  it("has PyTorch's parameters, in its order, as many as it is described to have", () => {
    const layers = cellKinds.map((kind, k) => layerConfig(kind, k + 2));
    const model = buildModel({ layers, input: "embedding" });
    expect(model.parameters.map(({ name, shape }) => `${name} ${shape.join("×")}`)).toEqual([
      "embedding.weight 9×6",
      "weight_ih_l0 2×6",
      "weight_hh_l0 2×2",
      "bias_ih_l0 2",
      "bias_hh_l0 2",
      "weight_ih_l1 3×2",
      "weight_hh_l1 3×3",
      "bias_ih_l1 3",
      "bias_hh_l1 3",
      "weight_ih_l2 16×3",
      "weight_hh_l2 16×4",
      "bias_ih_l2 16",
      "bias_hh_l2 16",
      "weight_ih_l3 15×4",
      "weight_hh_l3 15×5",
      "bias_ih_l3 15",
      "bias_hh_l3 15",
      "weight_ih_l4 18×5",
      "weight_hh_l4 18×6",
      "bias_ih_l4 18",
      "bias_hh_l4 18",
      "output.weight 7×6",
      "output.bias 7",
    ]);
    const count = model.parameters.reduce((sum, { value }) => sum + value.length, 0);
    expect(describeModel(model.spec).parameterCount).toBe(count);
  });

  it("is the same for the same seed, in both precisions, and another for another", () => {
    const [model, again, other, single] = [
      seeded(1, "float64"),
      seeded(1, "float64"),
      seeded(2, "float64"),
      seeded(1, "float32"),
    ];
    for (const { name, shape, value } of model.parameters) {
      expect(valueOf(again, name), name).toEqual(value);
      expect(valueOf(other, name), name).not.toEqual(value);
      expect(disagreement(name, shape, valueOf(single, name), value, 1e-7)).toBeUndefined();
    }
  });

  it("has at least one layer", () => {
    expect(() => buildModel({ layers: [] })).toThrow("at least one recurrent layer");
  });
});

describe("initialization", () => {
  it("uniform: weights and biases within ± 1/√H, as in PyTorch, and close to those bounds", () => {
    const model = gru({ input: "uniform", recurrent: "uniform" });
    for (const name of ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]) {
      expect(largest(valueOf(model, name)), name).toBeLessThanOrEqual(0.25);
      expect(largest(valueOf(model, name)), name).toBeGreaterThan(0.22);
    }
  });

  it("xavier: within ± √(6/(I+H)) of each gate, biases zero", () => {
    const model = gru({ input: "xavier", recurrent: "xavier" });
    expect(largest(valueOf(model, "weight_ih_l0"))).toBeLessThanOrEqual(Math.sqrt(6 / 22));
    expect(largest(valueOf(model, "weight_ih_l0"))).toBeGreaterThan(0.95 * Math.sqrt(6 / 22));
    expect(largest(valueOf(model, "weight_hh_l0"))).toBeLessThanOrEqual(Math.sqrt(6 / 32));
    expect(largest(valueOf(model, "bias_ih_l0"))).toBe(0);
  });

  it("orthogonal: every gate's block by itself", () => {
    const model = gru({ recurrent: "orthogonal" });
    const weight = valueOf(model, "weight_hh_l0");
    for (let gate = 0; gate < 3; gate++) {
      expect(departure(weight.subarray(gate * 256, (gate + 1) * 256), 16, 16)).toBeLessThan(1e-12);
    }
  });

  it("orthogonal: rows of a wide matrix, columns of a tall one", () => {
    const wide = new Float64Array(5 * 12);
    fillOrthogonal(wide, 5, 12, createRandom(1));
    expect(departure(wide, 5, 12)).toBeLessThan(1e-12);
    const tall = new Float64Array(12 * 5);
    fillOrthogonal(tall, 12, 5, createRandom(1));
    const columns = Float64Array.from(tall, (_, k) => tall[(k % 12) * 5 + Math.floor(k / 12)]);
    expect(departure(columns, 5, 12)).toBeLessThan(1e-12);
  });

  it("identity: every gate's block", () => {
    const model = gru({ recurrent: "identity" });
    const wanted = Float64Array.from({ length: 3 * 256 }, (_, k) => ((k % 256) % 17 === 0 ? 1 : 0));
    expect(valueOf(model, "weight_hh_l0")).toEqual(wanted);
  });

  it("forget bias: moves the sum of the forget gate's two biases, and no other", () => {
    const [plain, biased] = [withForgetBias(0), withForgetBias(1.5)];
    const sum = (model: Model, k: number) =>
      valueOf(model, "bias_ih_l0")[k] + valueOf(model, "bias_hh_l0")[k];
    for (let k = 0; k < 16; k++) {
      const inForgetGate = k >= 4 && k < 8;
      expect(sum(biased, k) - sum(plain, k)).toBeCloseTo(inForgetGate ? 1.5 : 0, 12);
    }
    expect(valueOf(biased, "bias_hh_l0")).toEqual(valueOf(plain, "bias_hh_l0"));
  });

  it("of one layer alone: an IRNN over an LSTM with a forget bias of its own", () => {
    const irnn = { input: "xavier", recurrent: "identity" } as const;
    const model = buildModel({
      layers: [
        { cell: "lstm", hidden: 4, initialization: { forgetBias: 3, input: "xavier" } },
        { ...layerConfig("rnn relu", 3), initialization: irnn },
        layerConfig("lstm", 2),
      ],
      initialization: { recurrent: "orthogonal", input: "xavier", forgetBias: 1 },
    });
    expect([...valueOf(model, "weight_hh_l1")]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const forget = (name: string, hidden: number): number[] => [
      ...valueOf(model, name).subarray(hidden, 2 * hidden),
    ];
    expect(forget("bias_ih_l0", 4)).toEqual([3, 3, 3, 3]);
    expect(forget("bias_ih_l2", 2)).toEqual([1, 1]);
    expect(departure(valueOf(model, "weight_hh_l0").subarray(0, 16), 4, 4)).toBeLessThan(1e-12);
  });

  it("leaves the choice to the model's own spec", () => {
    const spec = {
      ...buildModel().spec,
      initialization: { input: "xavier", recurrent: "identity", forgetBias: 2 },
    } as const;
    const model = createModel(spec, {
      kernels: referenceKernels("float64"),
      random: createRandom(1),
    });
    expect([...valueOf(model, "bias_ih_l0")]).toEqual([
      0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });
});
