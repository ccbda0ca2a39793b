/** Attention over the states of a source, whatever scores them: weights, and the mean that they make. */
import type { Real } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import type { AttentionCapacity, AttentionSizes, Memory, Score } from "./score.ts";

export interface Attention {
  readonly score: Score;
  /** K: numbers of the source at a step. */
  readonly memorySize: number;
  /** (T,B,S): α, and dL/dα. */
  readonly weights: Real;
  readonly weightGradients: Real;
  /** (T·B,K): the context, and dL/d it. */
  readonly context: Real;
  readonly contextGradient: Real;
  /** (B,S): dL/d scores of one step. */
  readonly scoreGradients: Real;
}

export function createAttention(
  { kernels }: Model,
  score: Score,
  memorySize: number,
  { steps, sourceSteps, batch }: AttentionCapacity,
): Attention {
  const rows = steps * batch;
  return {
    score,
    memorySize,
    weights: kernels.allocate(rows * sourceSteps),
    weightGradients: kernels.allocate(rows * sourceSteps),
    context: kernels.allocate(rows * memorySize),
    contextGradient: kernels.allocate(rows * memorySize),
    scoreGradients: kernels.allocate(batch * sourceSteps),
  };
}

/**
 * One step of looking. Weights behind the end of a source are 0, and all of them where a source is empty.
 *   α = softmax(e)      context = Σ_s α_s h_s
 * e, α (B,S)   h (S,B,K)   context (B,K)
 * Backward reads: α, h.
 */
export function attend(
  { score, memorySize, weights, context }: Attention,
  memory: Memory,
  t: number,
  query: Real,
  queryOffset: number,
  sizes: AttentionSizes,
): void {
  const { sourceSteps, batch, lengths } = sizes;
  const at = t * batch * sourceSteps;
  score.forward(weights, at, t, query, queryOffset, sizes);
  for (let b = 0; b < batch; b++) {
    const first = at + b * sourceSteps;
    const end = first + lengths[b];
    weights.fill(0, end, first + sourceSteps);
    let largest = -Infinity;
    for (let k = first; k < end; k++) if (weights[k] > largest) largest = weights[k];
    let sum = 0;
    for (let k = first; k < end; k++) sum += weights[k] = Math.exp(weights[k] - largest);
    const to = (t * batch + b) * memorySize;
    context.fill(0, to, to + memorySize);
    for (let s = 0; s < lengths[b]; s++) {
      const weight = (weights[first + s] /= sum);
      const from = memory.offset + (s * batch + b) * memorySize;
      for (let k = 0; k < memorySize; k++) context[to + k] += weight * memory.values[from + k];
    }
  }
}

/**
 * From dL/dcontext of step `t`: adds dL/dquery to `queryGradient` and dL/dh to `memory.gradient`.
 *   dα_s = dcontextᵀ h_s      dh_s += α_s dcontext      de = α ⊙ (dα − Σ α dα)
 */
export function attendBackward(
  attention: Attention,
  memory: Memory,
  t: number,
  query: Real,
  queryOffset: number,
  queryGradient: Real,
  gradientOffset: number,
  sizes: AttentionSizes,
): void {
  const { score, memorySize, weights, weightGradients, contextGradient, scoreGradients } =
    attention;
  const { sourceSteps, batch, lengths } = sizes;
  for (let b = 0; b < batch; b++) {
    const first = (t * batch + b) * sourceSteps;
    const from = (t * batch + b) * memorySize;
    weightGradients.fill(0, first + lengths[b], first + sourceSteps);
    let mean = 0;
    for (let s = 0; s < lengths[b]; s++) {
      const row = memory.offset + (s * batch + b) * memorySize;
      const weight = weights[first + s];
      let gradient = 0;
      for (let k = 0; k < memorySize; k++) {
        const slope = contextGradient[from + k];
        gradient += slope * memory.values[row + k];
        memory.gradient[row + k] += weight * slope;
      }
      weightGradients[first + s] = gradient;
      mean += weight * gradient;
    }
    for (let s = 0; s < lengths[b]; s++) {
      scoreGradients[b * sourceSteps + s] =
        weights[first + s] * (weightGradients[first + s] - mean);
    }
  }
  score.backward(scoreGradients, t, query, queryOffset, queryGradient, gradientOffset, sizes);
}
