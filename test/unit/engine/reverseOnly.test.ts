import { describe, expect, it } from "vitest";
import {
  backward,
  createPass,
  forward,
  readTrace,
  zeroGradients,
} from "../../../src/engine/bptt.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createModel, type LayerSpec } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { tensorOf } from "../../../src/trace/trace.ts";

const [steps, size, inputs] = [4, 2, 3];

/** Two layers that read in one direction, and what they compute of these values. */
function run(layer: LayerSpec, values: Float64Array, at: "each-step" | "last-step") {
  const kernels = referenceKernels("float64");
  const model = createModel(
    {
      input: { kind: "dense", size: inputs },
      layers: [layer, layer],
      initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
      output: { size: 2, at },
      loss: "mean-squared-error",
    },
    { kernels, random: createRandom(5) },
  );
  const pass = createPass(model, { steps, batch: size });
  const target = new Float64Array((at === "each-step" ? steps : 1) * size * 2);
  zeroGradients(model);
  forward(pass, {
    steps,
    size,
    lengths: new Int32Array(size).fill(steps),
    input: { kind: "dense", values },
    target: { kind: "values", values: target },
    carry: false,
  });
  backward(pass);
  return readTrace(pass);
}

/** (T,·) with the last step first. */
function turned(values: ArrayLike<number>): Float64Array {
  const width = values.length / steps;
  return Float64Array.from(
    { length: values.length },
    (_, k) => values[(steps - 1 - Math.floor(k / width)) * width + (k % width)],
  );
}

const values = Float64Array.from({ length: steps * size * inputs }, (_, k) => Math.sin(k));

describe("a layer that only reads backwards", () => {
  it.each(["each-step", "last-step"] as const)(
    "mirrors one that reads forwards: output at %s",
    (at) => {
      const layer = { cell: "lstm", hidden: 3 } as const;
      const forwards = run(layer, values, at);
      const backwards = run({ ...layer, reverseOnly: true }, turned(values), at);
      for (const part of ["h", "c", "f"]) {
        const wanted = tensorOf(forwards, `layers.1.forward.${part}`).data;
        expect(turned(tensorOf(backwards, `layers.1.reverse.${part}`).data)).toEqual(
          Float64Array.from(wanted),
        );
      }
      expect(turned(tensorOf(backwards, "grad.input").data)).toEqual(
        Float64Array.from(tensorOf(forwards, "grad.input").data),
      );
      expect(tensorOf(backwards, "grad.param.weight_hh_l0_reverse").data).toHaveLength(36);
      const output = tensorOf(backwards, "output").data;
      const wanted = Float64Array.from(tensorOf(forwards, "output").data);
      expect(at === "each-step" ? turned(output) : output).toEqual(wanted);
    },
  );
});
