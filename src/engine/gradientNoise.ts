/** Noise on gradients, which helps deep and recurrent networks out of bad beginnings. */
import type { TrainingConfig } from "../config/schema.ts";
import type { Parameter } from "./model.ts";
import type { Random } from "./rng.ts";

/**
 * Adds a normal number of variance η / (1 + t)^γ to every component: Neelakantan et al. 2015 (arXiv:1511.06807). Comes
 * after clipping, which would otherwise scale the noise as well. `update` t counts from 0.
 */
export function addGradientNoise(
  parameters: readonly Parameter[],
  noise: NonNullable<TrainingConfig["gradientNoise"]>,
  update: number,
  random: Pick<Random, "normal">,
): void {
  const deviation = Math.sqrt(noise.scale / (1 + update) ** noise.decay);
  for (const { gradient } of parameters) {
    for (let k = 0; k < gradient.length; k++) gradient[k] += deviation * random.normal();
  }
}
