/**
 * Attention pooling, for one answer to a whole sequence: instead of the state after the last step, the mean of all of
 * them, weighted by a learned vector's attention (Yang et al. 2016, HAN, eq. 5–7; Raffel & Ellis 2015, arXiv:1512.08756):
 *   u_t = tanh(W h_t + b)      α = softmax_t(vᵀ u_t)      context = Σ_t α_t h_t
 * h (T,B,K)   W (A,K)   b, v (A)   α (B,T)   context (B,K), which the output reads
 */
import type { Real } from "../../trace/trace.ts";
import { outputSizeOf } from "../describeModel.ts";
import type { Model } from "../model.ts";
import { createAdditiveScore } from "./additiveScore.ts";
import { attend, attendBackward, createAttention, type Attention } from "./attention.ts";
import type { AttentionSizes, Memory } from "./score.ts";

/** Undefined for a network without it. Its one query stands at step 0 and is the same for all. */
export function createPooling(
  model: Model,
  capacity: { readonly steps: number; readonly batch: number },
): Attention | undefined {
  const top = model.description.layers.at(-1);
  if (!model.description.pooling || !top) return undefined;
  const sizes = { steps: 1, sourceSteps: capacity.steps, batch: capacity.batch };
  return createAttention(model, createAdditiveScore(model, sizes), outputSizeOf(top), sizes);
}

/** Writes context (B,K). */
export function pool(attention: Attention, memory: Memory, sizes: AttentionSizes, out: Real): void {
  attention.score.begin(memory, sizes);
  attend(attention, memory, 0, out, 0, sizes);
  const length = sizes.batch * attention.memorySize;
  for (let k = 0; k < length; k++) out[k] = attention.context[k];
}

/** From dL/dcontext (B,K): writes dL/d all that was pooled, and adds to dL/dW, dL/db and dL/dv. */
export function poolBackward(
  attention: Attention,
  memory: Memory,
  sizes: AttentionSizes,
  gradient: Real,
): void {
  const { score, memorySize, contextGradient } = attention;
  const { batch, sourceSteps } = sizes;
  for (let k = 0; k < batch * memorySize; k++) contextGradient[k] = gradient[k];
  memory.gradient.fill(0, memory.offset, memory.offset + sourceSteps * batch * memorySize);
  score.beginBackward(sizes);
  attendBackward(attention, memory, 0, gradient, 0, gradient, 0, sizes);
  score.endBackward(memory, gradient, 0, 1, sizes);
}
