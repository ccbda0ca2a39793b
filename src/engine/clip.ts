/** Gradient clipping, the cure for exploding gradients of Pascanu et al. 2013 (arXiv:1211.5063). */
import type { TrainingConfig } from "../config/schema.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { Parameter } from "./model.ts";

type NormKernels = Pick<Kernels, "sumOfSquares" | "addScaled">;

/** L2 norm of all gradients together. */
export function gradientNorm(
  parameters: readonly Parameter[],
  kernels: Pick<Kernels, "sumOfSquares">,
): number {
  let sum = 0;
  for (const { gradient } of parameters) sum += kernels.sumOfSquares(gradient, 0, gradient.length);
  return Math.sqrt(sum);
}

/**
 * Clips in place, each parameter by its own norm, then all by their common norm, both as torch.nn.utils.clip_grad_norm_,
 * then by value as clip_grad_value_, and returns
 * the L2 norm before, which may be known already, and after. A norm that is not finite is returned as it is and nothing is clipped: scaling by it
 * would turn the gradients that are still good into zeros.
 */
export function clipGradients(
  parameters: readonly Parameter[],
  clip: TrainingConfig["clip"],
  kernels: NormKernels,
  norm = gradientNorm(parameters, kernels),
): { norm: number; clippedNorm: number } {
  if (!Number.isFinite(norm)) return { norm, clippedNorm: norm };
  let clippedNorm = norm;
  if (clip.parameterNorm !== undefined && norm > clip.parameterNorm) {
    for (const parameter of parameters) {
      scaleDown([parameter], gradientNorm([parameter], kernels), clip.parameterNorm, kernels);
    }
    clippedNorm = gradientNorm(parameters, kernels);
  }
  if (clip.norm !== undefined) clippedNorm = scaleDown(parameters, clippedNorm, clip.norm, kernels);
  if (clip.value !== undefined && clippedNorm > clip.value) {
    for (const { gradient } of parameters) {
      for (let k = 0; k < gradient.length; k++) {
        gradient[k] = Math.max(-clip.value, Math.min(clip.value, gradient[k]));
      }
    }
    clippedNorm = gradientNorm(parameters, kernels);
  }
  return { norm, clippedNorm };
}

/** Scales all gradients, whose common norm is given, down to `limit`; returns what their norm is then. */
function scaleDown(
  parameters: readonly Parameter[],
  norm: number,
  limit: number,
  kernels: NormKernels,
): number {
  // PyTorch's own guard against a norm of 0.
  const scale = limit / (norm + 1e-6);
  if (scale >= 1) return norm;
  scaleGradients(parameters, scale, kernels);
  return norm * scale;
}

export function scaleGradients(
  parameters: readonly Parameter[],
  scale: number,
  kernels: Pick<Kernels, "addScaled">,
): void {
  for (const { gradient } of parameters) {
    kernels.addScaled(gradient, gradient, scale, 0, gradient.length, false);
  }
}
