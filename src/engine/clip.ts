/** Gradient clipping, the cure for exploding gradients of Pascanu et al. 2013 (arXiv:1211.5063). */
import type { TrainingConfig } from "../config/schema.ts";
import type { Parameter } from "./model.ts";

/** L2 norm of all gradients together. */
export function gradientNorm(parameters: readonly Parameter[]): number {
  let sum = 0;
  for (const { gradient } of parameters) {
    for (let k = 0; k < gradient.length; k++) sum += gradient[k] * gradient[k];
  }
  return Math.sqrt(sum);
}

/**
 * Clips in place, by norm as torch.nn.utils.clip_grad_norm_ and then by value as clip_grad_value_, and returns
 * the L2 norm before and after. A norm that is not finite is returned as it is and nothing is clipped: scaling by it
 * would turn the gradients that are still good into zeros.
 */
export function clipGradients(
  parameters: readonly Parameter[],
  clip: TrainingConfig["clip"],
): { norm: number; clippedNorm: number } {
  const norm = gradientNorm(parameters);
  if (!Number.isFinite(norm)) return { norm, clippedNorm: norm };
  let clippedNorm = norm;
  if (clip.norm !== undefined) {
    // PyTorch's own guard against a norm of 0.
    const scale = clip.norm / (norm + 1e-6);
    if (scale < 1) {
      for (const { gradient } of parameters) {
        for (let k = 0; k < gradient.length; k++) gradient[k] *= scale;
      }
      clippedNorm = norm * scale;
    }
  }
  if (clip.value !== undefined && clippedNorm > clip.value) {
    for (const { gradient } of parameters) {
      for (let k = 0; k < gradient.length; k++) {
        gradient[k] = Math.max(-clip.value, Math.min(clip.value, gradient[k]));
      }
    }
    clippedNorm = gradientNorm(parameters);
  }
  return { norm, clippedNorm };
}
