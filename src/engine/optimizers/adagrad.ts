/** Adagrad. */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { UpdateRule } from "./optimizer.ts";

/**
 * Adagrad of Duchi et al. 2011, as torch.optim.Adagrad, with λ the weight decay and δ the decay of the learning rate:
 *   g ← g + λ p      s ← s + g²      p ← p − η / (1 + δ (t − 1)) · g / (√s + ε)
 */
export function createAdagrad(config: Extract<OptimizerConfig, { kind: "adagrad" }>): UpdateRule {
  const { learningRateDecay, epsilon, weightDecay } = config;
  return {
    slots: ["sum"],
    update({ value, gradient, slots: [sum] }, { learningRate, step }, from, to) {
      const stepSize = learningRate / (1 + (step - 1) * learningRateDecay);
      for (let k = from; k < to; k++) {
        const g = gradient[k] + weightDecay * value[k];
        const squares = sum[k] + g * g;
        sum[k] = squares;
        value[k] -= (stepSize * g) / (Math.sqrt(squares) + epsilon);
      }
    },
  };
}
