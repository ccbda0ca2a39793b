/** Counterfactuals: what an edit changes, what it leaves alone, and that beginning at the edit is no shortcut. */
import { describe, expect, it } from "vitest";
import { createBranching } from "../../../src/engine/branch.ts";
import {
  forward,
  readTrace,
  zeroGradients,
  backward,
  createPass,
} from "../../../src/engine/bptt.ts";
import type { Intervention } from "../../../src/engine/interventions.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";
import type { Model } from "../../../src/engine/model.ts";
import { gatesOf, statesOf } from "../../../src/trace/names.ts";
import { tensorOf, type Trace } from "../../../src/trace/trace.ts";
import {
  bothWays,
  buildBatch,
  buildModel,
  cellKinds,
  variantKinds,
  layerConfig,
  type NetworkOptions,
} from "../../gradcheck/smallNetwork.ts";

const steps = 6;
const t = 3;

function build(options: NetworkOptions = {}) {
  const model = buildModel(options);
  const batch = buildBatch(model, { lengths: [steps] });
  return { model, batch, branching: () => createBranching(model, batch) };
}

/** As training computes it, without anything that intervenes. */
function plainTrace(model: Model, batch: ReturnType<typeof buildBatch>): Trace {
  const pass = createPass(model, { steps, batch: 1 }, { separate: true });
  zeroGradients(model);
  forward(pass, batch);
  backward(pass);
  return readTrace(pass);
}

function valuesOf(trace: Trace): Record<string, number[]> {
  return Object.fromEntries([...trace.tensors].map(([name, { data }]) => [name, [...data]]));
}

/** What (T,1,H) holds at one step. */
function at(trace: Trace, name: string, step: number): number[] {
  const { shape, data } = tensorOf(trace, name);
  const width = shape[2];
  return [...data.subarray(step * width, (step + 1) * width)];
}

const name = (part: string): string => `layers.0.forward.${part}`;

const unitEdit = (part: string, value: number): Intervention => ({
  kind: "unit",
  layer: 0,
  direction: "forward",
  part,
  unit: 1,
  t,
  value,
});

/** What of the first layer can be set by hand: where a gate sees more than its own sum, only h. */
function settable({ description: { layers } }: Model): readonly string[] {
  const [{ cell, peepholes, layerNorm }] = layers;
  if (cell === "lstm" && (peepholes || layerNorm)) return ["h"];
  return [...gatesOf[cell], ...statesOf[cell]];
}

/** Every kind of edit that the first layer's cell knows, and those of inputs and weights. */
function everyEdit(model: Model): readonly Intervention[] {
  const parts = settable(model);
  return [
    ...parts.map((part) => unitEdit(part, 0.25)),
    { kind: "ablation", layer: 0, direction: "forward", unit: 2, t },
    { kind: "input", index: 0, t, value: 2 },
    { kind: "parameter", name: "weight_hh_l0", index: 3, t, value: -0.7 },
    { kind: "parameter", name: "output.weight", index: 2, t, value: 0.9 },
  ];
}

describe("a branch", () => {
  for (const kind of [...cellKinds, ...variantKinds]) {
    const layers = [layerConfig(kind, 4), layerConfig(kind, 3)];
    const networks: readonly (readonly [string, NetworkOptions])[] = [
      ["plain kernels", { layers }],
      ["vector kernels", { layers, kernels: createKernels() }],
      ["an embedding", { layers, input: "embedding" }],
      ["one-hot tokens", { layers, input: "one-hot", kernels: createKernels() }],
      ["an output at the last step", { layers, at: "last-step" }],
    ];
    for (const [what, options] of networks) {
      it(`without edits is the sequence as it was: ${kind}, ${what}`, () => {
        const { model, batch, branching } = build(options);
        const expected = valuesOf(plainTrace(model, batch));
        expect(valuesOf(branching().run([], 0).trace)).toEqual(expected);
      });

      it(`begun at the edit equals a fresh pass with the edit, bit for bit: ${kind}, ${what}`, () => {
        const { model, branching } = build(options);
        for (const edit of everyEdit(model)) {
          const fresh = branching().run([edit], 0);
          const branch = branching();
          branch.run([], 0);
          const begun = branch.run([edit], t);
          expect(valuesOf(begun.trace), JSON.stringify(edit)).toEqual(valuesOf(fresh.trace));
          expect(begun.loss).toBe(fresh.loss);
        }
      });
    }

    it(`with several edits, taken back one after the other, is the original again: ${kind}`, () => {
      const { model, branching } = build({ layers });
      const branch = branching();
      const original = valuesOf(branch.run([], 0).trace);
      const edits = everyEdit(model);
      for (let count = 1; count <= edits.length; count++) branch.run(edits.slice(0, count), t);
      expect(valuesOf(branch.run([], t).trace)).toEqual(original);
    });

    it(`of a network that reads both ways equals a fresh pass, whatever the step: ${kind}`, () => {
      const both = [bothWays(layerConfig(kind, 4)), bothWays(layerConfig(kind, 3))];
      const { branching } = build({ layers: both });
      const edit: Intervention = {
        kind: "unit",
        layer: 0,
        direction: "reverse",
        part: "h",
        unit: 1,
        t,
        value: 0.5,
      };
      const fresh = valuesOf(branching().run([edit], 0).trace);
      const branch = branching();
      branch.run([], 0);
      expect(valuesOf(branch.run([edit], t).trace)).toEqual(fresh);
    });

    it(`leaves everything before the edit alone, and holds the value at its step: ${kind}`, () => {
      const { model, branching } = build({ layers });
      const original = branching().run([], 0).trace;
      for (const part of settable(model)) {
        const { trace } = branching().run([unitEdit(part, 0.25)], 0);
        expect(at(trace, name(part), t)[1]).toBe(0.25);
        for (let before = 0; before < t; before++) {
          expect(at(trace, "output", before)).toEqual(at(original, "output", before));
        }
        expect(at(trace, "output", t)).not.toEqual(at(original, "output", t));
        expect(at(trace, "output", t + 1)).not.toEqual(at(original, "output", t + 1));
      }
    });
  }

  it("computes h from an edited c, and c from an edited gate, as the cell's equations say", () => {
    const { branching } = build({ layers: [layerConfig("lstm", 4)] });
    const ofCell = branching().run([unitEdit("c", 0.4)], 0).trace;
    expect(at(ofCell, name("h"), t)[1]).toBeCloseTo(
      at(ofCell, name("o"), t)[1] * Math.tanh(0.4),
      15,
    );
    const ofGate = branching().run([unitEdit("f", 0)], 0).trace;
    const product = at(ofGate, name("i"), t)[1] * at(ofGate, name("g"), t)[1];
    expect(at(ofGate, name("c"), t)[1]).toBeCloseTo(product, 15);
  });

  it("computes n of a GRU from an edited r: with r = 0 the past has no part in it", () => {
    for (const kind of ["gru after", "gru before"] as const) {
      const { model, batch, branching } = build({ layers: [layerConfig(kind, 4)] });
      const original = plainTrace(model, batch);
      const { trace } = branching().run([unitEdit("r", 0)], 0);
      const before = at(original, name("n"), t);
      const changed = at(trace, name("n"), t).map((value, k) => value !== before[k]);
      // Applied after the product r is the unit's own; applied before, it reaches every unit.
      expect(changed).toEqual(
        kind === "gru after" ? [false, true, false, false] : [true, true, true, true],
      );
    }
  });

  it("holds an ablated unit at zero from its step on, and lets nothing flow back through it", () => {
    const { branching } = build({ layers: [layerConfig("gru after", 4)] });
    const { trace } = branching().run(
      [{ kind: "ablation", layer: 0, direction: "forward", unit: 1, t }],
      0,
    );
    const h = Array.from({ length: steps }, (_, step) => at(trace, "layers.0.forward.h", step)[1]);
    expect(h.map((value) => value === 0)).toEqual([false, false, false, true, true, true]);
    // What the loss would gain by it is still told.
    expect(at(trace, "grad.layers.0.forward.h", t)[1]).not.toBe(0);
  });

  it("of edited states has the derivatives that central differences find", () => {
    for (const kind of cellKinds) {
      const { model, branching } = build({ layers: [layerConfig(kind, 4), layerConfig(kind, 3)] });
      const edits: readonly Intervention[] = [
        { kind: "ablation", layer: 0, direction: "forward", unit: 2, t: 2 },
      ];
      const { trace } = branching().run(edits, 0);
      for (const name of ["weight_hh_l0", "weight_ih_l1", "bias_ih_l0"]) {
        const gradient = tensorOf(trace, `grad.param.${name}`).data;
        const parameter = model.parameters.find((each) => each.name === name);
        for (let k = 0; k < gradient.length; k += 3) {
          const value = parameter?.value[k] ?? NaN;
          const lossAt = (next: number): number => {
            if (parameter) parameter.value[k] = next;
            const { loss } = branching().run(edits, 0);
            if (parameter) parameter.value[k] = value;
            return loss ?? NaN;
          };
          const difference = (lossAt(value + 1e-6) - lossAt(value - 1e-6)) / 2e-6;
          expect(gradient[k], `${kind}, ${name}[${k}]`).toBeCloseTo(difference, 7);
        }
      }
    }
  });

  it("takes no gradients where a weight changes in the middle, and takes them where it changes at once", () => {
    const { model, branching } = build();
    const edit = { kind: "parameter", name: "weight_hh_l0", index: 3, value: -0.7 } as const;
    const before = model.parameters.flatMap(({ value }) => [...value]);
    expect(
      branching()
        .run([{ ...edit, t }], 0)
        .trace.tensors.has("grad.output"),
    ).toBe(false);
    expect(
      branching()
        .run([{ ...edit, t: 0 }], 0)
        .trace.tensors.has("grad.output"),
    ).toBe(true);
    expect(model.parameters.flatMap(({ value }) => [...value])).toEqual(before);
  });
});
