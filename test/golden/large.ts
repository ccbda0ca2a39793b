/** Networks and gradients of `makeLarge.py`: drawn here as there, by the same hash. */
import { readFileSync } from "node:fs";
import type { ModelSpec, Parameter } from "../../src/engine/model.ts";
import type { Batch } from "../../src/trace/batch.ts";
import type { Real } from "../../src/trace/trace.ts";

interface GradientSummary {
  readonly norm: number;
  /** Sums with random signs. */
  readonly projections: readonly number[];
}

export interface LargeCase {
  readonly name: string;
  readonly layer: ModelSpec["layers"][number];
  readonly loss: number;
  /** How far PyTorch's own float32 is from these gradients, the furthest parameter's: ‖difference‖ / ‖gradient‖. */
  readonly float32Distance: number;
  readonly gradients: Readonly<Record<string, GradientSummary>>;
}

const file = new URL("fixtures/largeGradients.json", import.meta.url);
const { steps, batch, input, cases } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly steps: number;
  readonly batch: number;
  readonly input: number;
  readonly cases: readonly LargeCase[];
};
export const largeCases = cases;
export const largeCapacity = { steps, batch };

const streams = { parameters: 0, input: 100, classes: 101, signs: 200 };

/** 32 bits for a place of a stream: lowbias32 of Chris Wellons. */
function hash(stream: number, place: number): number {
  let x = (place + Math.imul(stream, 0x9e3779b1)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

const number = (stream: number, place: number, bound: number): number =>
  Math.fround(((hash(stream, place) / 2 ** 32) * 2 - 1) * bound);

export const largeSpec = ({ layer }: LargeCase): ModelSpec => ({
  input: { kind: "dense", size: input },
  layers: [layer],
  initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
  output: { size: input, at: "each-step" },
  loss: "cross-entropy",
});

/** Sets the weights that the case was computed with. */
export function drawWeights(
  { layer, gradients }: LargeCase,
  parameters: readonly Parameter[],
): void {
  const bound = layer.hidden ** -0.5;
  for (const [index, name] of Object.keys(gradients).entries()) {
    const middle = name.includes("layer_norm") && !name.includes("bias") ? 1 : 0;
    const values = parameters.find((parameter) => parameter.name === name)?.value;
    if (!values) throw new Error(`The network has no parameter "${name}".`);
    for (let k = 0; k < values.length; k++) {
      values[k] = Math.fround(number(streams.parameters + index, k, bound) + middle);
    }
  }
}

export function largeBatch(): Batch {
  const rows = steps * batch;
  return {
    steps,
    size: batch,
    lengths: new Int32Array(batch).fill(steps),
    input: {
      kind: "dense",
      values: Float32Array.from({ length: rows * input }, (_, k) =>
        number(streams.input, k, Math.sqrt(3)),
      ),
    },
    target: {
      kind: "classes",
      classes: Int32Array.from({ length: rows }, (_, k) => hash(streams.classes, k) % input),
    },
    carry: false,
  };
}

/** The sums with random signs of the gradient of the parameter that is `index`-th in the case. */
export function projectionsOf(index: number, gradient: Real): readonly number[] {
  const sums = Array.from({ length: 8 }, () => 0);
  for (let k = 0; k < gradient.length; k++) {
    const bits = hash(streams.signs + index, k);
    for (let j = 0; j < sums.length; j++) sums[j] += (bits >>> j) & 1 ? gradient[k] : -gradient[k];
  }
  return sums;
}
