/** RMSProp. */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { UpdateRule } from "./optimizer.ts";

/**
 * RMSProp of Tieleman & Hinton 2012, as torch.optim.RMSprop, not centred, with λ the weight decay:
 *   g ← g + λ p
 *   v ← α v + (1 − α) g²      d = g / (√v + ε)
 *   p ← p − η d, or with momentum  m ← μ m + d,  p ← p − η m
 */
export function createRmsprop(config: Extract<OptimizerConfig, { kind: "rmsprop" }>): UpdateRule {
  const { decay, momentum, epsilon, weightDecay } = config;
  if (momentum === 0) {
    return {
      slots: ["square_avg"],
      update({ value, gradient, slots: [meanSquare] }, { learningRate }, from, to) {
        for (let k = from; k < to; k++) {
          const g = gradient[k] + weightDecay * value[k];
          const v = decay * meanSquare[k] + (1 - decay) * g * g;
          meanSquare[k] = v;
          value[k] -= (learningRate * g) / (Math.sqrt(v) + epsilon);
        }
      },
    };
  }
  return {
    slots: ["square_avg", "momentum_buffer"],
    update({ value, gradient, slots: [meanSquare, buffer] }, { learningRate }, from, to) {
      for (let k = from; k < to; k++) {
        const g = gradient[k] + weightDecay * value[k];
        const v = decay * meanSquare[k] + (1 - decay) * g * g;
        meanSquare[k] = v;
        const kept = momentum * buffer[k] + g / (Math.sqrt(v) + epsilon);
        buffer[k] = kept;
        value[k] -= learningRate * kept;
      }
    },
  };
}
