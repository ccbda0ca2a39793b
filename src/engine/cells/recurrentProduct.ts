/** What cells share: the product with (a block of) a weight in its three directions, and state buffers. */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Parameter } from "../model.ts";
import type { CellCapacity, CellWeights, StateBuffers } from "./cell.ts";
import { createRowNorm } from "./rowNorm.ts";

/** `row` is the first of the step's rows among all T·B, for what is kept of every step. */
export interface RecurrentProduct {
  prepare(): void;
  /** out (rows,N) = or += state (rows,H) · Wᵀ; `stateRow` is the first row of the state. */
  forward(
    row: number,
    out: Real,
    outOffset: number,
    outStride: number,
    state: Real,
    stateRow: number,
    rows: number,
    accumulate: boolean,
  ): void;
  /** dL/dstate (rows,H) = or += gradient (rows,N) · W. */
  backward(
    row: number,
    stateGradient: Real,
    stateRow: number,
    gradient: Real,
    gradientOffset: number,
    gradientStride: number,
    rows: number,
    accumulate: boolean,
  ): void;
  /** dL/dW (N,H) += gradientᵀ (N,rows) · state (rows,H). */
  accumulateGradient(
    row: number,
    gradient: Real,
    gradientOffset: number,
    gradientStride: number,
    state: Real,
    stateRow: number,
    rows: number,
  ): void;
}

/** The product with rows `firstRow` … `firstRow` + `outputs` of W_hh. */
export function createRecurrentProduct(
  kernels: Kernels,
  weight: Parameter,
  firstRow: number,
  outputs: number,
): RecurrentProduct {
  const hidden = weight.shape[1];
  const offset = firstRow * hidden;
  const packed = kernels.allocatePacked(outputs, hidden);
  const transposed = kernels.allocatePacked(hidden, outputs);
  return {
    prepare() {
      kernels.pack(packed, weight.value, offset);
      kernels.packTransposed(transposed, weight.value, offset);
    },
    forward(_row, out, outOffset, outStride, state, stateRow, rows, accumulate) {
      kernels.multiply(
        out,
        outOffset,
        outStride,
        state,
        stateRow * hidden,
        hidden,
        packed,
        rows,
        accumulate,
      );
    },
    backward(
      _row,
      stateGradient,
      stateRow,
      gradient,
      gradientOffset,
      gradientStride,
      rows,
      accumulate,
    ) {
      kernels.multiply(
        stateGradient,
        stateRow * hidden,
        hidden,
        gradient,
        gradientOffset,
        gradientStride,
        transposed,
        rows,
        accumulate,
      );
    },
    accumulateGradient(_row, gradient, gradientOffset, gradientStride, state, stateRow, rows) {
      kernels.accumulateOuter(
        weight.gradient,
        offset,
        gradient,
        gradientOffset,
        gradientStride,
        outputs,
        state,
        stateRow * hidden,
        hidden,
        hidden,
        rows,
      );
    },
  };
}

/**
 * The same product followed by layer normalization where the weights have gains for it: γ ⊙ norm(W h₋), over all `outputs`
 * together.
 */
export function createCellProduct(
  kernels: Kernels,
  weights: CellWeights,
  capacity: CellCapacity,
  firstRow: number,
  outputs: number,
  groups: readonly number[] = [outputs],
): RecurrentProduct {
  const plain = createRecurrentProduct(kernels, weights.weightHh, firstRow, outputs);
  if (!weights.norms) return plain;
  const norm = createRowNorm(kernels, weights.norms.recurrent, firstRow, groups, capacity.rows);
  return {
    prepare: () => plain.prepare(),
    forward(row, out, outOffset, outStride, state, stateRow, rows, accumulate) {
      plain.forward(row, norm.values, row * outputs, outputs, state, stateRow, rows, false);
      norm.forward(row, rows, out, outOffset, outStride, accumulate);
    },
    backward(
      row,
      stateGradient,
      stateRow,
      gradient,
      gradientOffset,
      gradientStride,
      rows,
      accumulate,
    ) {
      norm.backward(row, rows, gradient, gradientOffset, gradientStride);
      const at = row * outputs;
      plain.backward(row, stateGradient, stateRow, norm.gradient, at, outputs, rows, accumulate);
    },
    accumulateGradient(row, gradient, gradientOffset, gradientStride, state, stateRow, rows) {
      norm.accumulateGain(row, rows, gradient, gradientOffset, gradientStride);
      plain.accumulateGradient(row, norm.gradient, row * outputs, outputs, state, stateRow, rows);
    },
  };
}

export function createState(
  kernels: Kernels,
  name: StateBuffers["name"],
  capacity: CellCapacity,
  width: number,
): StateBuffers {
  const length = (capacity.rows + capacity.batch) * width;
  return { name, width, value: kernels.allocate(length), gradient: kernels.allocate(length) };
}

/** bias = b_ih + b_hh for the first `both` entries, b_ih alone for the rest. */
export function addBiases(bias: Real, weights: CellWeights, both: number): void {
  const input = weights.biasIh.value;
  const recurrent = weights.biasHh.value;
  for (let k = 0; k < bias.length; k++) bias[k] = k < both ? input[k] + recurrent[k] : input[k];
}
