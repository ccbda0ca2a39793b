/** The scores of Luong et al. that multiply. */
import type { Real } from "../../trace/trace.ts";
import { parameterOf, type Model } from "../model.ts";
import type { AttentionCapacity, Memory, Score } from "./score.ts";

/**
 * Luong, Pham & Manning 2015 (arXiv:1508.04025), eq. 8:
 *   dot      e_s = qᵀ h_s
 *   general  e_s = qᵀ W h_s
 * q (B,H)   h (S,B,K)   W (H,K)   e (B,S); for `dot` K = H
 * Backward reads: q, and W h (S,B,H) for `general` or h itself for `dot`.
 */
export function createMultiplicativeScore(
  model: Model,
  score: "dot" | "general",
  size: number,
  capacity: AttentionCapacity,
): Score {
  const { kernels } = model;
  const rows = capacity.sourceSteps * capacity.batch;
  const keys = kernels.allocate(rows * size);
  const keyGradients = kernels.allocate(rows * size);
  const general = score === "general" ? createKeyMap(model, size) : undefined;

  return {
    prepare() {
      general?.prepare();
    },
    begin(memory, { sourceSteps, batch }) {
      const count = sourceSteps * batch;
      if (general) return general.forward(keys, memory, count);
      const { values, offset } = memory;
      for (let k = 0; k < count * size; k++) keys[k] = values[offset + k];
    },
    forward(scores, at, _t, query, queryOffset, { sourceSteps, batch, lengths }) {
      for (let b = 0; b < batch; b++) {
        const from = queryOffset + b * size;
        for (let s = 0; s < lengths[b]; s++) {
          const keyRow = (s * batch + b) * size;
          let sum = 0;
          for (let k = 0; k < size; k++) sum += query[from + k] * keys[keyRow + k];
          scores[at + b * sourceSteps + s] = sum;
        }
      }
    },
    beginBackward({ sourceSteps, batch }) {
      keyGradients.fill(0, 0, sourceSteps * batch * size);
    },
    backward(gradients, _t, query, queryOffset, queryGradient, gradientOffset, sizes) {
      const { sourceSteps, batch, lengths } = sizes;
      for (let b = 0; b < batch; b++) {
        const from = queryOffset + b * size;
        const to = gradientOffset + b * size;
        for (let s = 0; s < lengths[b]; s++) {
          const keyRow = (s * batch + b) * size;
          const gradient = gradients[b * sourceSteps + s];
          for (let k = 0; k < size; k++) {
            queryGradient[to + k] += gradient * keys[keyRow + k];
            keyGradients[keyRow + k] += gradient * query[from + k];
          }
        }
      }
    },
    endBackward(memory, _query, _queryOffset, _steps, { sourceSteps, batch }) {
      const count = sourceSteps * batch;
      if (general) return general.backward(keyGradients, memory, count);
      const { gradient, offset } = memory;
      for (let k = 0; k < count * size; k++) gradient[offset + k] += keyGradients[k];
    },
  };
}

/** Keys W h of all source states at once. */
function createKeyMap(model: Model, size: number) {
  const { kernels } = model;
  const weight = parameterOf(model, "attention.key.weight");
  const memorySize = weight.shape[1];
  const packed = kernels.allocatePacked(size, memorySize);
  const transposed = kernels.allocatePacked(memorySize, size);
  return {
    prepare() {
      kernels.pack(packed, weight.value, 0);
      kernels.packTransposed(transposed, weight.value, 0);
    },
    forward(keys: Real, { values, offset }: Memory, rows: number) {
      kernels.multiply(keys, 0, size, values, offset, memorySize, packed, rows, false);
    },
    backward(gradients: Real, { values, gradient, offset }: Memory, rows: number) {
      kernels.accumulateOuter(
        weight.gradient,
        0,
        gradients,
        0,
        size,
        size,
        values,
        offset,
        memorySize,
        memorySize,
        rows,
      );
      kernels.multiply(gradient, offset, memorySize, gradients, 0, size, transposed, rows, true);
    },
  };
}
