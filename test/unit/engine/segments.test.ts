/** Recomputation in segments: the same losses, states and gradients with the memory of √T steps. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backward,
  carriedState,
  createPass,
  firstNonFinite,
  forward,
  restoreCarriedState,
  zeroGradients,
  type Pass,
} from "../../../src/engine/bptt.ts";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { parameterOf, type Model } from "../../../src/engine/model.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import type { Real } from "../../../src/trace/trace.ts";
import { createRandom, resumableRandom } from "../../../src/engine/rng.ts";
import { centralDifferences, disagreement } from "../../gradcheck/differences.ts";
import {
  bothWays,
  buildBatch,
  buildModel,
  buildStates,
  cellKinds,
  inputKinds,
  layerConfig,
  variantKinds,
} from "../../gradcheck/smallNetwork.ts";

const networks = fc
  .record({
    kind: fc.constantFrom(...cellKinds, ...variantKinds),
    input: fc.constantFrom(...inputKinds),
    at: fc.constantFrom("each-step" as const, "last-step" as const),
    loss: fc.constantFrom("cross-entropy" as const, "mean-squared-error" as const),
    seed: fc.nat(1000),
  })
  .map(({ kind, ...options }) =>
    buildModel({ ...options, layers: [layerConfig(kind, 4), layerConfig(kind, 3)] }),
  );
const lengthsOf = fc
  .array(fc.integer({ min: 0, max: 17 }), { minLength: 1, maxLength: 3 })
  .map((lengths) => [...lengths, 11]);

function learn(model: Model, batch: Batch, states: ReadonlyMap<string, Real>, recompute: boolean) {
  const pass = createPass(model, { steps: 17, batch: batch.size, recompute });
  restoreCarriedState(pass, states);
  zeroGradients(model);
  const result = forward(pass, batch);
  const carried = carriedState(pass);
  backward(pass);
  const gradients = model.parameters.map(({ gradient }) => gradient.slice());
  return { result, carried, after: carriedState(pass), gradients };
}

function firstInfinite(recompute: boolean) {
  const model = buildModel({ layers: [layerConfig("rnn relu", 4)] });
  parameterOf(model, "weight_hh_l0").value.fill(1e30);
  const batch = buildBatch(model, { lengths: [16, 16] });
  const pass: Pass = createPass(model, { steps: 16, batch: 2, recompute });
  forward(pass, batch);
  return firstNonFinite(pass);
}

/** Numbers in all buffers of a pass over so many steps. */
function numbersFor(steps: number): number {
  let numbers = 0;
  const plain = referenceKernels("float64");
  const kernels: Kernels = {
    ...plain,
    allocate(length) {
      numbers += length;
      // Counted, not used.
      return plain.allocate(0);
    },
    allocateIntegers: () => plain.allocateIntegers(0),
    allocatePacked: (outputs, inputs) => ({ data: plain.allocate(0), outputs, inputs }),
  };
  createPass({ ...buildModel(), kernels }, { steps, batch: 4, recompute: true });
  return numbers;
}

/** Of each step of a sequence, which of six units were dropped. */
function masksOf(variational: boolean): readonly string[] {
  const layers = [{ ...layerConfig("rnn tanh", 6), dropout: 0.5, variational }];
  const model = buildModel({ layers });
  parameterOf(model, "bias_ih_l0").value.fill(1);
  const batch = buildBatch(model, { lengths: [16] });
  const pass = createPass(
    model,
    { steps: 16, batch: 1, recompute: true },
    { dropout: createRandom(3) },
  );
  const seen: string[] = [];
  const { segments } = pass;
  if (!segments?.masks) throw new Error("There is dropout.");
  const { masks } = segments;
  const noting = {
    ...masks,
    beginSegment(segment: number) {
      note();
      masks.beginSegment(segment);
    },
  };
  const note = (): void => {
    const handed = pass.handed[0];
    if (pass.current.steps === 0 || !handed) return;
    for (let t = 0; t < 4; t++)
      seen.push(
        Array.from(handed.value.subarray(t * 6, t * 6 + 6), (y) => (y === 0 ? 0 : 1)).join(""),
      );
  };
  forward({ ...pass, segments: { ...segments, masks: noting } }, batch);
  note();
  return seen;
}

describe("recomputation in segments", () => {
  it("has the loss, the carried states and the gradients of the whole", () => {
    fc.assert(
      fc.property(networks, lengthsOf, fc.boolean(), (model, lengths, carry) => {
        const batch = buildBatch(model, { lengths, carry });
        const states = buildStates(model, batch.size);
        const whole = learn(model, batch, states, false);
        const parts = learn(model, batch, states, true);
        expect(parts.result.loss).toBeCloseTo(whole.result.loss, 12);
        expect(parts.result.weight).toBeCloseTo(whole.result.weight, 10);
        expect(parts.result.correct ?? 0).toBeCloseTo(whole.result.correct ?? 0, 10);
        expect(parts.carried).toEqual(whole.carried);
        expect(parts.after).toEqual(whole.carried);
        const problems = model.parameters.map(({ name, shape }, index) =>
          whole.gradients[index].some((value) => Math.abs(value) > 1e-12)
            ? disagreement(name, shape, parts.gradients[index], whole.gradients[index], 1e-9)
            : undefined,
        );
        expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([false, true])(
    "drops the same units the second time: gradients are those of differences (variational: %s)",
    (variational) => {
      const layers = [
        { ...layerConfig("lstm peepholes", 4), dropout: 0.4, variational },
        { ...layerConfig("gru before", 3), dropout: 0.3, variational },
      ];
      const model = buildModel({ layers, loss: "mean-squared-error" });
      const batch = buildBatch(model, { lengths: [11, 3, 7] });
      const random = resumableRandom(createRandom(9));
      const first = random.state();
      const capacity = { steps: 11, batch: 3, recompute: true };
      const pass = createPass(model, capacity, { dropout: random });
      const loss = (): number => {
        random.restore(first);
        return forward(pass, batch).loss;
      };
      zeroGradients(model);
      loss();
      backward(pass);
      const problems = model.parameters.map(({ name, shape, value, gradient }) =>
        disagreement(name, shape, gradient.slice(), centralDifferences(value, loss), 1e-7),
      );
      expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
      // Another sequence has other masks, and none are dropped where nothing is trained.
      const again = forward(pass, batch).loss;
      expect(again).not.toBe(loss());
      expect(forward(createPass(model, capacity), batch).loss).not.toBe(again);
    },
  );

  it("has one mask for all segments where dropout is variational, and others where it is not", () => {
    expect(masksOf(true)).toHaveLength(16);
    expect(new Set(masksOf(true)).size).toBe(1);
    expect(new Set(masksOf(false)).size).toBeGreaterThan(8);
  });

  it("carries on what windows that overlap ask for, wherever it lies in a segment", () => {
    for (const carriedSteps of [0, 1, 4, 7, 8, 11]) {
      const model = buildModel({ layers: [layerConfig("lstm", 4), layerConfig("gru after", 3)] });
      const batch = { ...buildBatch(model, { lengths: [11, 3, 9] }), carriedSteps };
      const states = buildStates(model, batch.size);
      const [whole, parts] = [false, true].map((recompute) =>
        learn(model, batch, states, recompute),
      );
      expect(parts.carried, `${carriedSteps} steps`).toEqual(whole.carried);
      expect(parts.after, `${carriedSteps} steps`).toEqual(whole.carried);
    }
  });

  it("takes the memory of √T steps", () => {
    expect(numbersFor(10_000) / numbersFor(100)).toBeLessThan(11);
    expect(numbersFor(10_000) / numbersFor(100)).toBeGreaterThan(8);
  });

  it("goes over ten thousand steps", () => {
    const model = buildModel({ layers: [layerConfig("gru after", 3)], at: "last-step" });
    const batch = buildBatch(model, { lengths: [10_000] });
    const gradientsOf = (recompute: boolean): Real[] => {
      const pass = createPass(model, { steps: 10_000, batch: 1, recompute });
      zeroGradients(model);
      forward(pass, batch);
      backward(pass);
      return model.parameters.map(({ gradient }) => gradient.slice());
    };
    const [whole, parts] = [gradientsOf(false), gradientsOf(true)];
    const problems = model.parameters.map(({ name, shape }, index) =>
      disagreement(name, shape, parts[index], whole[index], 1e-9),
    );
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it("says at which step of the whole the numbers were left", () => {
    expect(firstInfinite(true)?.t).toBe(firstInfinite(false)?.t);
  });

  it("refuses what it cannot compute step by step", () => {
    const both = buildModel({ layers: [bothWays(layerConfig("lstm", 3))] });
    expect(() => createPass(both, { steps: 9, batch: 1, recompute: true })).toThrow("at the end");
  });
});
