/** Stochastic gradient descent. */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { UpdateRule } from "./optimizer.ts";

/**
 * As torch.optim.SGD, with λ the weight decay:
 *   g ← g + λ p      m ← μ m + g      p ← p − η m, or with Nesterov's momentum p ← p − η (g + μ m)
 * Without momentum p ← p − η g, and nothing is kept.
 */
export function createSgd(config: Extract<OptimizerConfig, { kind: "sgd" }>): UpdateRule {
  const { momentum, nesterov, weightDecay } = config;
  if (momentum === 0) {
    return {
      slots: [],
      update({ value, gradient }, { learningRate }, from, to) {
        for (let k = from; k < to; k++) {
          value[k] -= learningRate * (gradient[k] + weightDecay * value[k]);
        }
      },
    };
  }
  return {
    slots: ["momentum_buffer"],
    update({ value, gradient, slots: [buffer] }, { learningRate }, from, to) {
      for (let k = from; k < to; k++) {
        const g = gradient[k] + weightDecay * value[k];
        const kept = momentum * buffer[k] + g;
        buffer[k] = kept;
        value[k] -= learningRate * (nesterov ? g + momentum * kept : kept);
      }
    },
  };
}
