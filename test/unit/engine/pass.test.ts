/** What a pass promises beside its numbers: names, memory, order of calls, messages. */
import { describe, expect, it } from "vitest";
import {
  backward,
  carriedState,
  createPass,
  firstNonFinite,
  forward,
  readTrace,
  restoreCarriedState,
  zeroGradients,
} from "../../../src/engine/bptt.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { parameterOf } from "../../../src/engine/model.ts";
import { createOptimizer } from "../../../src/engine/optimizers/optimizer.ts";
import { tensorOf } from "../../../src/trace/trace.ts";
import { disagreement } from "../../gradcheck/differences.ts";
import {
  buildBatch,
  buildModel,
  buildPass,
  cellKinds,
  layerConfig,
} from "../../gradcheck/smallNetwork.ts";

describe("the trace of a pass", () => {
  it("has the agreed names, and gradients only after backward", () => {
    const model = buildModel({ layers: [layerConfig("lstm", 4), layerConfig("gru after", 3)] });
    const batch = buildBatch(model);
    const pass = buildPass(model, batch);
    forward(pass, { ...batch, target: undefined });
    const outputs = [
      "input",
      ...["h0", "h", "c0", "c", "i", "f", "g", "o"].map((part) => `layers.0.forward.${part}`),
      ...["h0", "h", "r", "z", "n"].map((part) => `layers.1.forward.${part}`),
      "output",
    ];
    expect([...readTrace(pass).tensors.keys()]).toEqual(outputs);
    forward(pass, batch);
    expect([...readTrace(pass).tensors.keys()]).toEqual([...outputs, "loss"]);
    backward(pass);
    const names = [...readTrace(pass).tensors.keys()];
    const parameters = model.parameters.map(({ name }) => `grad.param.${name}`);
    const gradients = [...outputs, "loss"].map((name) => `grad.${name}`);
    expect(names.toSorted()).toEqual([...outputs, "loss", ...gradients, ...parameters].toSorted());
  });

  it("fills every shape that it names", () => {
    for (const at of ["each-step", "last-step"] as const) {
      const model = buildModel({
        layers: cellKinds.map((kind, k) => layerConfig(kind, 2 + k)),
        at,
      });
      const batch = buildBatch(model, { lengths: [5, 2, 4] });
      const pass = createPass(model, { steps: 8, batch: 4 });
      forward(pass, batch);
      backward(pass);
      for (const { name, axes, shape, data } of readTrace(pass).tensors.values()) {
        expect(axes, name).toHaveLength(shape.length);
        expect(data, name).toHaveLength(shape.reduce((product, size) => product * size, 1));
      }
    }
  });

  it("is a copy: the next pass leaves it alone", () => {
    const model = buildModel();
    const batch = buildBatch(model);
    const pass = buildPass(model, batch);
    forward(pass, batch);
    backward(pass);
    const trace = readTrace(pass);
    const before = new Map([...trace.tensors].map(([name, { data }]) => [name, data.slice()]));
    zeroGradients(model);
    forward(pass, buildBatch(model, { seed: 12 }));
    backward(pass);
    for (const [name, { data }] of trace.tensors) expect(data, name).toEqual(before.get(name));
  });

  it("has losses whose weighted mean is the loss", () => {
    const model = buildModel({ loss: "mean-squared-error" });
    const batch = buildBatch(model, { lengths: [5, 2, 4] });
    const pass = buildPass(model, batch);
    const { loss } = forward(pass, batch);
    backward(pass);
    const trace = readTrace(pass);
    const losses = tensorOf(trace, "loss").data;
    const shares = tensorOf(trace, "grad.loss").data;
    const mean = Array.from(losses, (one, row) => one * shares[row]).reduce(
      (sum, one) => sum + one,
      0,
    );
    expect(mean).toBeCloseTo(loss, 12);
  });
});

describe("gradients", () => {
  it("accumulate over calls of backward until they are zeroed", () => {
    const model = buildModel({ input: "embedding" });
    const batch = buildBatch(model);
    const pass = buildPass(model, batch);
    const once = (): void => {
      forward(pass, batch);
      backward(pass);
    };
    once();
    const single = model.parameters.map(({ gradient }) => gradient.slice());
    once();
    for (const [index, { name, shape, gradient }] of model.parameters.entries()) {
      const doubled = single[index].map((value) => 2 * value);
      expect(disagreement(name, shape, gradient, doubled, 1e-12)).toBeUndefined();
    }
    zeroGradients(model);
    for (const { gradient } of model.parameters)
      expect(gradient.every((value) => value === 0)).toBe(true);
  });
});

const arrayBytes = (): number => process.memoryUsage().arrayBuffers;

describe("memory", () => {
  it("comes from the kernels, all of it before the first batch", () => {
    const plain = referenceKernels("float32");
    let allocations = 0;
    const counting = {
      ...plain,
      allocate: (length: number) => (allocations++, plain.allocate(length)),
    };
    const layers = cellKinds.map((kind) => layerConfig(kind, 5));
    const model = buildModel({ layers, input: "embedding", kernels: counting });
    const pass = createPass(model, { steps: 6, batch: 3 });
    const optimizer = createOptimizer(
      { kind: "sgd", learningRate: 0.1, momentum: 0.5, nesterov: false, weightDecay: 0 },
      model.parameters,
      counting,
    );
    const laidOut = allocations;
    const batch = buildBatch(model, { lengths: [6, 2, 4] });
    forward(pass, batch);
    backward(pass);
    const before = arrayBytes();
    for (let update = 0; update < 5; update++) {
      zeroGradients(model);
      forward(pass, { ...batch, carry: update % 2 === 1 });
      backward(pass);
      optimizer.step();
    }
    expect(allocations).toBe(laidOut);
    expect(arrayBytes()).toBeLessThanOrEqual(before);
  });
});

describe("mistakes in calling", () => {
  const model = buildModel({ input: "one-hot" });
  const batch = buildBatch(model);

  it("names sizes that do not fit", () => {
    const pass = createPass(model, { steps: 4, batch: 3 });
    expect(() => forward(pass, batch)).toThrow(
      "A batch of (T,B) = (5,3) does not fit a pass for up to (4,3).",
    );
    const roomy = createPass(model, { steps: 5, batch: 3 });
    expect(() => forward(roomy, { ...batch, lengths: Int32Array.of(5, 6, 5) })).toThrow(
      "Sequence 1 of the batch is 6 steps long, but T is 5.",
    );
    expect(() => forward(roomy, { ...batch, weights: new Float64Array(4) })).toThrow(
      "The batch has 4 weights, but its sizes call for 15.",
    );
  });

  it("names the place of a token or class that does not exist", () => {
    const pass = buildPass(model, batch);
    const tokens = new Int32Array(15);
    tokens[7] = 9;
    expect(() => forward(pass, { ...batch, input: { kind: "tokens", tokens } })).toThrow(
      "Input token 9 at step 2 of sequence 1 is outside the vocabulary of 9.",
    );
    const classes = new Int32Array(15).fill(7);
    expect(() => forward(pass, { ...batch, target: { kind: "classes", classes } })).toThrow(
      "Target class 7 of row 0 is outside the 7 classes of the output.",
    );
  });

  it("refuses backward without a loss", () => {
    const pass = buildPass(model, batch);
    expect(() => backward(pass)).toThrow("backward needs a forward pass with a target");
    forward(pass, { ...batch, target: undefined });
    expect(() => backward(pass)).toThrow("backward needs a forward pass with a target");
    expect(() => readTrace(createPass(model, { steps: 1, batch: 1 }))).toThrow("nothing to trace");
  });

  it("refuses states that do not fit, and changes nothing then", () => {
    const pass = buildPass(model, batch);
    expect(carriedState(pass).size).toBe(0);
    forward(pass, batch);
    const state = carriedState(pass);
    expect([...state].map(([name, { length }]) => [name, length])).toEqual([
      ["layers.0.forward.h", 12],
      ["layers.0.forward.c", 12],
    ]);
    expect(() =>
      restoreCarriedState(pass, new Map([["layers.0.forward.h", new Float64Array(12)]])),
    ).toThrow('The carried state lacks "layers.0.forward.c". It has: layers.0.forward.h.');
    const uneven = new Map(state).set("layers.0.forward.c", new Float64Array(8));
    expect(() => restoreCarriedState(pass, uneven)).toThrow('"layers.0.forward.c" has 8 numbers');
    expect(carriedState(pass)).toEqual(state);
    const single = buildBatch(model, { lengths: [3], carry: true });
    expect(() => forward(pass, single)).toThrow(
      "The states of 3 sequences cannot be carried into a batch of 1.",
    );
  });
});

describe("firstNonFinite", () => {
  it("finds nothing where all is finite", () => {
    const model = buildModel();
    const batch = buildBatch(model);
    const pass = buildPass(model, batch);
    forward(pass, batch);
    backward(pass);
    expect(firstNonFinite(pass)).toBeUndefined();
  });

  it("says where an exploding state first left the numbers", () => {
    const layers = [layerConfig("rnn relu", 4), layerConfig("lstm", 2)];
    const model = buildModel({ layers, kernels: referenceKernels("float32") });
    // One unit that feeds itself a thousandfold passes 3.4e38 at the 13th step.
    const recurrent = parameterOf(model, "weight_hh_l0").value.fill(0);
    recurrent[2 * 4 + 2] = 1000;
    parameterOf(model, "weight_ih_l0").value.fill(0);
    parameterOf(model, "bias_ih_l0").value.fill(0);
    parameterOf(model, "bias_hh_l0").value.set([0, 0, 1, 0]);
    const batch = buildBatch(model, { lengths: [20, 20] });
    const pass = buildPass(model, batch);
    forward(pass, batch);
    const found = firstNonFinite(pass);
    expect(found).toEqual({
      tensor: "layers.0.forward.h",
      layer: 0,
      t: 13,
      unit: 2,
      sequence: 0,
      value: Infinity,
    });
  });

  it("names the input, the loss, or the gradient that was first", () => {
    const model = buildModel({ loss: "mean-squared-error", layers: [layerConfig("rnn tanh", 4)] });
    const batch = buildBatch(model);
    const pass = buildPass(model, batch);
    if (batch.input.kind !== "dense" || batch.target?.kind !== "values")
      throw new Error("Dense data only.");
    const values = batch.input.values.slice();
    values[(2 * 3 + 1) * 6 + 4] = Number.NaN;
    forward(pass, { ...batch, input: { kind: "dense", values } });
    expect(firstNonFinite(pass)).toMatchObject({ tensor: "input", t: 2, sequence: 1, unit: 4 });

    const target = batch.target.values.slice();
    target[(4 * 3 + 2) * 7] = Infinity;
    forward(pass, { ...batch, target: { kind: "values", values: target } });
    expect(firstNonFinite(pass)).toMatchObject({
      tensor: "loss",
      t: 4,
      sequence: 2,
      value: Infinity,
    });

    forward(pass, batch);
    parameterOf(model, "output.weight").value[3] = Number.NaN;
    backward(pass);
    expect(firstNonFinite(pass)).toMatchObject({
      tensor: "grad.layers.0.forward.h",
      layer: 0,
      t: 4,
      unit: 3,
    });
  });
});
