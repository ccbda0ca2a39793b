/**
 * Which inputs an output depends on: the gradient of the output by what was read at every step, that times what was
 * read, and integrated gradients, which add up to the output.
 */
import {
  backward,
  createPass,
  forward,
  forwardPrepared,
  prepareWeights,
  readTrace,
  zeroGradients,
} from "../engine/bptt.ts";
import type { Model } from "../engine/model.ts";
import { seedOutput } from "../engine/outputSeed.ts";
import { roomFor, type Pass } from "../engine/pass.ts";
import type { Batch } from "../trace/batch.ts";
import { tensorOf, type Real } from "../trace/trace.ts";
import { denseInput, denseTwin } from "./denseTwin.ts";

export const saliencyMethods = ["gradient", "gradient-input", "integrated"] as const;
export type SaliencyMethod = (typeof saliencyMethods)[number];

export interface SaliencyRequest {
  readonly method: SaliencyMethod;
  /** Step of the output, a decoder's counted from its own first; of no importance for output at the last step. */
  readonly t: number;
  /** Which number of the output: a class's logit, or a prediction. */
  readonly output: number;
}

export interface Saliency {
  /** (T,I), T of the source where there is a decoder. */
  readonly values: Float64Array;
  /** I */
  readonly width: number;
  /** The output itself … */
  readonly score: number;
  /** … and, for integrated gradients, with an input of zeros: what `values` add up to is the difference. */
  readonly baselineScore?: number;
}

/** Points on the way from zeros to the input; Sundararajan et al. find 20 to 300 enough. */
const points = 64;
/** Numbers of input in one pass; a bound on its memory and on how long it keeps others waiting. */
const numbersPerPass = 2 ** 20;

/**
 * `batch` is one sequence. Yields between passes. The parameters' gradients are overwritten.
 *   gradient            ∂y/∂x
 *   gradient × input    x ⊙ ∂y/∂x   (Shrikumar et al. 2016)
 *   integrated          x ⊙ ∫₀¹ ∂y/∂x (αx) dα, by the midpoint rule   (Sundararajan et al. 2017, arXiv:1703.01365, eq. 1, baseline 0)
 * Integrated gradients are complete: Σ values = y(x) − y(0). For tokens, x is the embedding or the one-hot vector. Of an
 * encoder-decoder, x is the source; the tokens that the decoder read before the output are held as they were.
 */
export function* findSaliency(
  model: Model,
  batch: Batch,
  { method, t, output }: SaliencyRequest,
): Generator<undefined, Saliency> {
  const pass = createPass(model, roomFor(batch));
  forward(pass, { ...batch, target: undefined, weights: undefined });
  const score = scoreOf(pass, t, output, 0);
  seedOutput(pass, t, output);
  zeroGradients(model);
  backward(pass);
  const trace = readTrace(pass);
  const { data: x, shape } = tensorOf(trace, "input");
  const width = shape[2];
  // Behind the steps of a source follow those of its target.
  const numbers = batch.steps * width;
  const gradient = Float64Array.from(tensorOf(trace, "grad.input").data.subarray(0, numbers));
  if (method === "gradient") return { values: gradient, width, score };
  if (method === "gradient-input") {
    return { values: gradient.map((value, k) => value * x[k]), width, score };
  }

  yield;
  const twin = denseTwin(model);
  const dense = denseInput(batch, trace).input.values;
  const size = Math.max(1, Math.min(points, Math.floor(numbersPerPass / dense.length)));
  const scaled = createPass(twin, { ...roomFor(batch), batch: size });
  prepareWeights(scaled);
  const sum = new Float64Array(dense.length);
  for (let first = 0; first < points; first += size) {
    const some = Math.min(size, points - first);
    const alphas = Array.from({ length: some }, (_, b) => (first + b + 0.5) / points);
    forwardPrepared(scaled, scaledBatch(dense, width, batch, alphas));
    seedOutput(scaled, t, output);
    zeroGradients(twin);
    backward(scaled);
    addCopies(sum, tensorOf(readTrace(scaled), "grad.input").data, width, some);
    yield;
  }
  forwardPrepared(scaled, scaledBatch(dense, width, batch, [0]));
  const baselineScore = scoreOf(scaled, t, output, 0);
  const values = sum.map((value, k) => (value * dense[k]) / points);
  return { values, width, score, baselineScore };
}

function scoreOf(pass: Pass, t: number, output: number, b: number): number {
  const { size } = pass.model.description.output;
  const row = pass.output.last ? b : t * pass.current.batch + b;
  return pass.output.values[row * size + output];
}

/** The sequence times each of `alphas`, side by side: (T,I) → (T,B,I). */
function scaledBatch(
  dense: Float64Array,
  width: number,
  { steps, decoder }: Batch,
  alphas: readonly number[],
): Batch {
  const size = alphas.length;
  const values = new Float64Array(steps * size * width);
  for (let t = 0; t < steps; t++) {
    alphas.forEach((alpha, b) => {
      const to = (t * size + b) * width;
      for (let k = 0; k < width; k++) values[to + k] = alpha * dense[t * width + k];
    });
  }
  const lengths = new Int32Array(size).fill(steps);
  return {
    steps,
    size,
    lengths,
    input: { kind: "dense", values },
    ...(decoder && { decoder: copiesOf(decoder, size) }),
    carry: false,
  };
}

/** The same target for each of the copies. */
function copiesOf(
  { steps, tokens }: NonNullable<Batch["decoder"]>,
  size: number,
): NonNullable<Batch["decoder"]> {
  return {
    steps,
    lengths: new Int32Array(size).fill(steps),
    tokens: Int32Array.from({ length: steps * size }, (_, row) => tokens[Math.floor(row / size)]),
  };
}

function addCopies(sum: Float64Array, gradient: Real, width: number, size: number): void {
  for (let k = 0; k < sum.length; k++) {
    const t = Math.floor(k / width);
    for (let b = 0; b < size; b++) sum[k] += gradient[(t * size + b) * width + (k % width)];
  }
}
