/** Stochastic gradient descent. */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { UpdateRule } from "./optimizer.ts";

/**
 * As torch.optim.SGD:
 *   m ← μ m + g      p ← p − η m
 * Without momentum p ← p − η g, and nothing is kept.
 */
export function createSgd(config: Extract<OptimizerConfig, { kind: "sgd" }>): UpdateRule {
  const { momentum } = config;
  if (momentum === 0) {
    return {
      slots: [],
      update(value, gradient, _slots, { learningRate }) {
        for (let k = 0; k < value.length; k++) value[k] -= learningRate * gradient[k];
      },
    };
  }
  return {
    slots: ["momentum_buffer"],
    update(value, gradient, [buffer], { learningRate }) {
      for (let k = 0; k < value.length; k++) {
        const kept = momentum * buffer[k] + gradient[k];
        buffer[k] = kept;
        value[k] -= learningRate * kept;
      }
    },
  };
}
