/** CTC against torch.nn.CTCLoss: losses and gradients over logits, and through a whole network. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  backward,
  createPass,
  forward,
  readTrace,
  restoreCarriedState,
  zeroGradients,
} from "../../src/engine/bptt.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { createCtc } from "../../src/engine/losses/ctc.ts";
import { createModel } from "../../src/engine/model.ts";
import { createRandom } from "../../src/engine/rng.ts";
import { gradientOf } from "../../src/trace/names.ts";
import { tensorOf } from "../../src/trace/trace.ts";
import { disagreement } from "../gradcheck/differences.ts";
import { labelTarget, lastSteps } from "../unit/engine/labels.ts";

interface Case {
  readonly steps: number;
  readonly classes: number;
  readonly blank: number;
  readonly sequences: readonly (readonly [length: number, labels: readonly number[]])[];
  readonly loss: number;
}

/** `null` is infinite. */
interface LogitCase extends Omit<Case, "loss"> {
  readonly loss: number | null;
  readonly logits: readonly number[];
  readonly losses: readonly (number | null)[];
  readonly gradient: readonly number[];
}

interface NetworkCase extends Case {
  readonly input: readonly number[];
  readonly inputSize: number;
  readonly hidden: number;
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  /** The states that it begins with, and the gradients of these and of the input, named as in a trace. */
  readonly states: Readonly<Record<string, readonly number[]>>;
  readonly inputGradients: Readonly<Record<string, readonly number[]>>;
}

const file = new URL("fixtures/ctc.json", import.meta.url);
const fixture: { readonly cases: Record<string, LogitCase>; readonly network: NetworkCase } =
  JSON.parse(readFileSync(file, "utf8"));
const tolerance = 1e-9;

const differs = (
  name: string,
  found: Float64Array | Float32Array,
  wanted: readonly number[],
): string | undefined =>
  disagreement(name, [wanted.length], found, Float64Array.from(wanted), tolerance);

describe("CTC agrees with PyTorch", () => {
  for (const [name, one] of Object.entries(fixture.cases)) {
    it(`over logits: ${name}`, () => {
      const { steps, classes, blank, sequences } = one;
      const batch = sequences.length;
      const rows = steps * batch;
      const lengths = Int32Array.from(sequences, ([length]) => length);
      const output = {
        rows,
        size: classes,
        steps,
        batch,
        lengths,
        values: Float64Array.from(one.logits),
        gradient: new Float64Array(rows * classes),
        losses: new Float64Array(rows),
        weights: lastSteps(steps, lengths),
      };
      const target = labelTarget(sequences.map(([, labels]) => labels));
      const { loss } = createCtc()(output, target, blank);
      if (one.loss === null) expect(loss).toBe(Infinity);
      else expect(Math.abs(loss - one.loss) / Math.abs(one.loss)).toBeLessThan(tolerance);
      const found = Float64Array.from(
        lengths,
        (length, b) => output.losses[(length - 1) * batch + b],
      );
      for (const [b, wanted] of one.losses.entries()) {
        if (wanted === null) expect(found[b]).toBe(Infinity);
        else expect(Math.abs(found[b] - wanted)).toBeLessThanOrEqual(tolerance * Math.abs(wanted));
      }
      expect(differs("gradient", output.gradient, one.gradient)).toBeUndefined();
    });
  }

  it("through an LSTM in both directions: the loss and every gradient, of the input and the first states too", () => {
    const { steps, classes, sequences, inputSize, hidden, parameters, gradients, loss } =
      fixture.network;
    const { states, inputGradients } = fixture.network;
    const model = createModel(
      {
        input: { kind: "dense", size: inputSize },
        layers: [{ cell: "lstm", hidden, bidirectional: true }],
        initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
        output: { size: classes, at: "each-step" },
        loss: "ctc",
      },
      { kernels: referenceKernels("float64"), random: createRandom(1) },
    );
    for (const { name, value } of model.parameters) value.set(parameters[name]);
    const lengths = Int32Array.from(sequences, ([length]) => length);
    const pass = createPass(model, { steps, batch: sequences.length });
    zeroGradients(model);
    const first = Object.entries(states).map(
      ([name, values]) => [name.replace(/0$/, ""), Float64Array.from(values)] as const,
    );
    restoreCarriedState(pass, new Map(first));
    const result = forward(pass, {
      steps,
      size: sequences.length,
      lengths,
      input: { kind: "dense", values: Float64Array.from(fixture.network.input) },
      target: { kind: "labels", ...labelTarget(sequences.map(([, labels]) => labels)) },
      weights: lastSteps(steps, lengths),
      carry: true,
    });
    backward(pass);
    expect(Math.abs(result.loss - loss) / loss).toBeLessThan(tolerance);
    expect(model.parameters.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(gradients).toSorted(),
    );
    for (const { name, gradient } of model.parameters)
      expect(differs(name, gradient, gradients[name])).toBeUndefined();
    const trace = readTrace(pass);
    expect(Object.keys(inputGradients)).toHaveLength(5);
    for (const [name, wanted] of Object.entries(inputGradients))
      expect(differs(name, tensorOf(trace, gradientOf(name)).data, wanted)).toBeUndefined();
  });
});
