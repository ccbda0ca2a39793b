/** What Luong et al. put between attention and output. */
import type { Real } from "../../trace/trace.ts";
import type { PackedWeight } from "../kernels/kernels.ts";
import { parameterOf, type Model, type Parameter } from "../model.ts";

/**
 * Luong, Pham & Manning 2015, eq. 5:
 *   a = tanh(W [context; h])
 * context (B,K)   h, a (B,H)   W (H,K+H), without a bias
 * Backward reads: [context; h], a.
 */
export interface Combine {
  /** H */
  readonly size: number;
  /** (R,K+H) context and h side by side; and dL/d it. */
  readonly joined: Real;
  readonly joinedGradient: Real;
  readonly joinedSize: number;
  /** (R,H): a; dL/da; and dL/d W [context; h]. */
  readonly value: Real;
  readonly gradient: Real;
  readonly sumGradient: Real;
  readonly weight: Parameter;
  readonly packed: PackedWeight;
  readonly packedTransposed: PackedWeight;
}

export function createCombine(model: Model, rows: number): Combine {
  const { kernels } = model;
  const weight = parameterOf(model, "attention.combine.weight");
  const [size, joinedSize] = weight.shape;
  return {
    size,
    joined: kernels.allocate(rows * joinedSize),
    joinedGradient: kernels.allocate(rows * joinedSize),
    joinedSize,
    value: kernels.allocate(rows * size),
    gradient: kernels.allocate(rows * size),
    sumGradient: kernels.allocate(rows * size),
    weight,
    packed: kernels.allocatePacked(size, joinedSize),
    packedTransposed: kernels.allocatePacked(joinedSize, size),
  };
}

export function prepareCombine({ packed, packedTransposed, weight }: Combine, model: Model): void {
  model.kernels.pack(packed, weight.value, 0);
  model.kernels.packTransposed(packedTransposed, weight.value, 0);
}

/** `rows` rows from `row` on; h begins at `hOffset`. */
export function combineForward(
  { size, joined, joinedSize, value, packed }: Combine,
  model: Model,
  context: Real,
  h: Real,
  hOffset: number,
  row: number,
  rows: number,
): void {
  const contextSize = joinedSize - size;
  for (let r = 0; r < rows; r++) {
    const to = (row + r) * joinedSize;
    const from = (row + r) * contextSize;
    for (let k = 0; k < contextSize; k++) joined[to + k] = context[from + k];
    for (let k = 0; k < size; k++) joined[to + contextSize + k] = h[hOffset + r * size + k];
  }
  const first = row * size;
  model.kernels.multiply(
    value,
    first,
    size,
    joined,
    row * joinedSize,
    joinedSize,
    packed,
    rows,
    false,
  );
  for (let k = first; k < first + rows * size; k++) value[k] = Math.tanh(value[k]);
}

/** All rows at once, from `gradient`: adds dL/dW, writes dL/dcontext and dL/dh. */
export function combineBackward(
  combine: Combine,
  model: Model,
  contextGradient: Real,
  hGradient: Real,
  hOffset: number,
  rows: number,
): void {
  const { kernels } = model;
  const { size, joined, joinedGradient, joinedSize, value, gradient, sumGradient } = combine;
  const { weight, packedTransposed } = combine;
  const contextSize = joinedSize - size;
  for (let k = 0; k < rows * size; k++) sumGradient[k] = gradient[k] * (1 - value[k] ** 2);
  kernels.accumulateOuter(
    weight.gradient,
    0,
    sumGradient,
    0,
    size,
    size,
    joined,
    0,
    joinedSize,
    joinedSize,
    rows,
  );
  kernels.multiply(
    joinedGradient,
    0,
    joinedSize,
    sumGradient,
    0,
    size,
    packedTransposed,
    rows,
    false,
  );
  for (let row = 0; row < rows; row++) {
    const from = row * joinedSize;
    for (let k = 0; k < contextSize; k++)
      contextGradient[row * contextSize + k] = joinedGradient[from + k];
    for (let k = 0; k < size; k++)
      hGradient[hOffset + row * size + k] = joinedGradient[from + contextSize + k];
  }
}
