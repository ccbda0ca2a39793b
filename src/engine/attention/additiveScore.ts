/** The additive score. */
import type { Real } from "../../trace/trace.ts";
import { parameterOf, type Model } from "../model.ts";
import type { AttentionCapacity, Score } from "./score.ts";

/**
 * Bahdanau, Cho & Bengio 2015 (arXiv:1409.0473), appendix A.1.2:
 *   e_s = vᵀ tanh(W q + U h_s)
 * q (B,H)   h (S,B,K)   W (A,H)   U (A,K)   v (A)   e (B,S)
 * Without W, as where a sequence is pooled, a learned b (A) stands in the place of W q.
 * Backward reads: tanh(…) (T,B,S,A), q, h.
 */
export function createAdditiveScore(model: Model, capacity: AttentionCapacity): Score {
  const { kernels } = model;
  const key = parameterOf(model, "attention.key.weight");
  const vector = parameterOf(model, "attention.score.weight");
  const [size, memorySize] = key.shape;
  const sourceRows = capacity.sourceSteps * capacity.batch;
  const rows = capacity.steps * capacity.batch;

  const keys = kernels.allocate(sourceRows * size);
  const keyGradients = kernels.allocate(sourceRows * size);
  const packedKey = kernels.allocatePacked(size, memorySize);
  const packedKeyTransposed = kernels.allocatePacked(memorySize, size);
  /** (T,B,S,A) */
  const squashed = kernels.allocate(rows * capacity.sourceSteps * size);
  /** (T·B,A) W q, and dL/d it. */
  const asked = kernels.allocate(rows * size);
  const askedGradients = kernels.allocate(rows * size);
  const asking = createAsking(model, size);

  return {
    prepare() {
      kernels.pack(packedKey, key.value, 0);
      asking.prepare();
    },
    begin({ values, offset }, { sourceSteps, batch }) {
      const count = sourceSteps * batch;
      kernels.multiply(keys, 0, size, values, offset, memorySize, packedKey, count, false);
    },
    forward(scores, at, t, query, queryOffset, { sourceSteps, batch, lengths }) {
      asking.forward(asked, t * batch * size, query, queryOffset, batch);
      for (let b = 0; b < batch; b++) {
        const from = (t * batch + b) * size;
        for (let s = 0; s < lengths[b]; s++) {
          const keyRow = (s * batch + b) * size;
          const kept = ((t * batch + b) * sourceSteps + s) * size;
          let sum = 0;
          for (let a = 0; a < size; a++) {
            const value = Math.tanh(asked[from + a] + keys[keyRow + a]);
            squashed[kept + a] = value;
            sum += vector.value[a] * value;
          }
          scores[at + b * sourceSteps + s] = sum;
        }
      }
    },
    beginBackward({ sourceSteps, batch }) {
      keyGradients.fill(0, 0, sourceSteps * batch * size);
    },
    backward(gradients, t, _query, _queryOffset, queryGradient, gradientOffset, sizes) {
      const { sourceSteps, batch, lengths } = sizes;
      askedGradients.fill(0, t * batch * size, (t + 1) * batch * size);
      for (let b = 0; b < batch; b++) {
        const from = (t * batch + b) * size;
        for (let s = 0; s < lengths[b]; s++) {
          const keyRow = (s * batch + b) * size;
          const kept = ((t * batch + b) * sourceSteps + s) * size;
          const gradient = gradients[b * sourceSteps + s];
          if (gradient === 0) continue;
          for (let a = 0; a < size; a++) {
            const value = squashed[kept + a];
            vector.gradient[a] += gradient * value;
            const inner = gradient * vector.value[a] * (1 - value * value);
            askedGradients[from + a] += inner;
            keyGradients[keyRow + a] += inner;
          }
        }
      }
      asking.backward(askedGradients, t * batch * size, queryGradient, gradientOffset, batch);
    },
    endBackward({ values, gradient, offset }, query, queryOffset, steps, { sourceSteps, batch }) {
      const count = sourceSteps * batch;
      asking.accumulate(askedGradients, query, queryOffset, steps * batch);
      const { gradient: keyWeights, value } = key;
      kernels.accumulateOuter(
        keyWeights,
        0,
        keyGradients,
        0,
        size,
        size,
        values,
        offset,
        memorySize,
        memorySize,
        count,
      );
      kernels.packTransposed(packedKeyTransposed, value, 0);
      kernels.multiply(
        gradient,
        offset,
        memorySize,
        keyGradients,
        0,
        size,
        packedKeyTransposed,
        count,
        true,
      );
    },
  };
}

/** What is added to every key of a step: W q, or b where nothing asks. */
interface Asking {
  prepare(): void;
  forward(asked: Real, at: number, query: Real, queryOffset: number, rows: number): void;
  backward(
    askedGradients: Real,
    at: number,
    queryGradient: Real,
    queryOffset: number,
    rows: number,
  ): void;
  accumulate(askedGradients: Real, query: Real, queryOffset: number, rows: number): void;
}

function createAsking(model: Model, size: number): Asking {
  const { kernels } = model;
  if (model.description.pooling) {
    const bias = parameterOf(model, "attention.key.bias");
    return {
      prepare() {},
      forward(asked, at, _query, _queryOffset, rows) {
        for (let row = 0; row < rows; row++) asked.set(bias.value, at + row * size);
      },
      backward() {},
      accumulate(gradients, _query, _queryOffset, rows) {
        kernels.accumulateColumnSums(bias.gradient, gradients, 0, rows);
      },
    };
  }
  const weight = parameterOf(model, "attention.query.weight");
  const hidden = weight.shape[1];
  const packed = kernels.allocatePacked(size, hidden);
  const transposed = kernels.allocatePacked(hidden, size);
  return {
    prepare() {
      kernels.pack(packed, weight.value, 0);
      kernels.packTransposed(transposed, weight.value, 0);
    },
    forward(asked, at, query, queryOffset, rows) {
      kernels.multiply(asked, at, size, query, queryOffset, hidden, packed, rows, false);
    },
    backward(gradients, at, queryGradient, queryOffset, rows) {
      kernels.multiply(
        queryGradient,
        queryOffset,
        hidden,
        gradients,
        at,
        size,
        transposed,
        rows,
        true,
      );
    },
    accumulate(gradients, query, queryOffset, rows) {
      kernels.accumulateOuter(
        weight.gradient,
        0,
        gradients,
        0,
        size,
        size,
        query,
        queryOffset,
        hidden,
        hidden,
        rows,
      );
    },
  };
}
