/** Adam, with its weight decay inside the gradient or beside it. */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { UpdateRule } from "./optimizer.ts";

export interface AdamBuffers {
  readonly value: Real;
  readonly gradient: Real;
  /** m and v. */
  readonly mean: Real;
  readonly meanSquare: Real;
}

/** What is the same for every element of one step. */
export interface AdamConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** λ where it is a part of the gradient. */
  readonly coupledDecay: number;
  /** Share of a parameter that is left before the step: 1 − η λ for AdamW. */
  readonly kept: number;
  /** η / (1 − β₁ᵗ) */
  readonly stepSize: number;
  /** √(1 − β₂ᵗ) */
  readonly correction: number;
}

/**
 * A mean that decays forever, as for a token that never comes back, would sink into the denormal numbers of float32,
 * whose arithmetic is many times slower. Beside an epsilon of 1e-8 nothing this small matters.
 */
const smallest = 1e-36;

/**
 * Adam of Kingma & Ba 2015 (arXiv:1412.6980), as torch.optim.Adam, with λ the weight decay:
 *   g ← g + λ p, or for AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) p ← p − η λ p
 *   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
 *   p ← p − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 */
export function createAdam(
  config: Extract<OptimizerConfig, { kind: "adam" | "adamw" }>,
  kernels: Pick<Kernels, "adam">,
): UpdateRule {
  const { beta1, beta2, epsilon, weightDecay } = config;
  const decoupled = config.kind === "adamw";
  return {
    slots: ["exp_avg", "exp_avg_sq"],
    update({ value, gradient, slots: [mean, meanSquare] }, { learningRate, step }, from, to) {
      const constants = {
        beta1,
        beta2,
        epsilon,
        coupledDecay: decoupled ? 0 : weightDecay,
        kept: decoupled ? 1 - learningRate * weightDecay : 1,
        stepSize: learningRate / (1 - beta1 ** step),
        correction: Math.sqrt(1 - beta2 ** step),
      };
      kernels.adam({ value, gradient, mean, meanSquare }, constants, from, to);
    },
  };
}

/** The step on elements `from` … `to` − 1. */
export function adamStep(
  { value, gradient, mean, meanSquare }: AdamBuffers,
  { beta1, beta2, epsilon, coupledDecay, kept, stepSize, correction }: AdamConstants,
  from: number,
  to: number,
): void {
  for (let k = from; k < to; k++) {
    const g = gradient[k] + coupledDecay * value[k];
    const m = mean[k] + (g - mean[k]) * (1 - beta1);
    const v = meanSquare[k] * beta2 + (1 - beta2) * g * g;
    mean[k] = Math.abs(m) < smallest ? 0 : m;
    meanSquare[k] = v < smallest ? 0 : v;
    value[k] = kept * value[k] - (stepSize * m) / (Math.sqrt(v) / correction + epsilon);
  }
}
