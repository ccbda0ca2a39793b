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
      update(value, gradient, _slots, { learningRate }) {
        for (let k = 0; k < value.length; k++) {
          value[k] -= learningRate * (gradient[k] + weightDecay * value[k]);
        }
      },
    };
  }
  return {
    slots: ["momentum_buffer"],
    update(value, gradient, [buffer], { learningRate }) {
      for (let k = 0; k < value.length; k++) {
        const g = gradient[k] + weightDecay * value[k];
        const kept = momentum * buffer[k] + g;
        buffer[k] = kept;
        value[k] -= learningRate * (nesterov ? g + momentum * kept : kept);
      }
    },
  };
}
