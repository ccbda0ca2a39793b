/**
 * Layer normalization of the rows of a product (Ba, Kiros & Hinton 2016, arXiv:1607.06450), forward and backward side by side.
 * A cell applies it, step by step, to W_hh h₋ and the LSTM to c; a layer applies it to W_ih x of all steps at once.
 */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Parameter } from "../model.ts";

/** ε of torch.nn.LayerNorm. */
const usualEpsilon = 1e-5;

export interface RowNormBuffers {
  /** N */
  readonly columns: number;
  /** (R,N): what is to be normalized before `forward`, x̂ after it. */
  readonly values: Real;
  /** (R,N): dL/d what `values` held before `forward`, once `backward` has run. */
  readonly gradient: Real;
  /** (R,groups): 1 / √(σ² + ε) */
  readonly inverse: Real;
  /** γ (N), found at `gainOffset`. */
  readonly gain: Real;
  readonly gainOffset: number;
  /** Widths of what is normalized together; they add up to N. */
  readonly groups: readonly number[];
  readonly epsilon: number;
}

/** Rows `row` … `row` + `rows` of the buffers; `outStride` lies between rows of `out`, whose first is at `outOffset`. */
export interface RowNormPasses {
  /** out (rows,N) = or += γ ⊙ x̂ */
  readonly normalizeRows: (
    buffers: RowNormBuffers,
    row: number,
    rows: number,
    out: Real,
    outOffset: number,
    outStride: number,
    accumulate: boolean,
  ) => void;
  /** Writes `gradient` from dL/d out. */
  readonly normalizeRowsBackward: (
    buffers: RowNormBuffers,
    row: number,
    rows: number,
    dOut: Real,
    dOutOffset: number,
    dOutStride: number,
  ) => void;
}

export interface RowNorm extends Pick<RowNormBuffers, "values" | "gradient"> {
  /** As `normalizeRows`. */
  forward(
    row: number,
    rows: number,
    out: Real,
    outOffset: number,
    outStride: number,
    accumulate: boolean,
  ): void;
  /** As `normalizeRowsBackward`. */
  backward(row: number, rows: number, dOut: Real, dOutOffset: number, dOutStride: number): void;
  /** dL/dγ += Σ dL/d out ⊙ x̂ */
  accumulateGain(
    row: number,
    rows: number,
    dOut: Real,
    dOutOffset: number,
    dOutStride: number,
  ): void;
}

/**
 * With μ and σ² the mean and the (biased) variance over the n columns of a group, in one row:
 *   x̂ = (x − μ) / √(σ² + ε)      y = γ ⊙ x̂
 *   dx = (γ ⊙ dy − mean(γ ⊙ dy) − x̂ ⊙ mean(γ ⊙ dy ⊙ x̂)) / √(σ² + ε)
 * x, x̂, y (R,N)   γ (N), found at `gainOffset` of `gain`   `groups` divide the N columns
 * Backward reads: x̂, 1 / √(σ² + ε).
 */
export function createRowNorm(
  kernels: Kernels,
  gain: Parameter,
  gainOffset: number,
  groups: readonly number[],
  capacity: number,
  epsilon = usualEpsilon,
): RowNorm {
  const columns = groups.reduce((sum, width) => sum + width, 0);
  const buffers: RowNormBuffers = {
    columns,
    values: kernels.allocate(capacity * columns),
    gradient: kernels.allocate(capacity * columns),
    inverse: kernels.allocate(capacity * groups.length),
    gain: gain.value,
    gainOffset,
    groups,
    epsilon,
  };
  const { values, gradient } = buffers;
  const { normalizeRows: forwardPass, normalizeRowsBackward: backwardPass } = kernels.rowNorm;

  return {
    values,
    gradient,
    forward(row, rows, out, outOffset, outStride, accumulate) {
      forwardPass(buffers, row, rows, out, outOffset, outStride, accumulate);
    },
    backward(row, rows, dOut, dOutOffset, dOutStride) {
      backwardPass(buffers, row, rows, dOut, dOutOffset, dOutStride);
    },
    accumulateGain(row, rows, dOut, dOutOffset, dOutStride) {
      kernels.accumulateColumnProducts(
        gain.gradient,
        gainOffset,
        columns,
        dOut,
        dOutOffset,
        dOutStride,
        values,
        row * columns,
        columns,
        rows,
      );
    },
  };
}

export const normalizeRows: RowNormPasses["normalizeRows"] = (
  { columns, values, inverse, gain, gainOffset, groups, epsilon },
  row,
  rows,
  out,
  outOffset,
  outStride,
  accumulate,
) => {
  for (let b = 0; b < rows; b++) {
    let column = 0;
    for (let group = 0; group < groups.length; group++) {
      const width = groups[group];
      const from = (row + b) * columns + column;
      const to = outOffset + b * outStride + column;
      const gainFrom = gainOffset + column;
      let mean = 0;
      for (let k = 0; k < width; k++) mean += values[from + k];
      mean /= width;
      let variance = 0;
      for (let k = 0; k < width; k++) variance += (values[from + k] - mean) ** 2;
      const scale = 1 / Math.sqrt(variance / width + epsilon);
      inverse[(row + b) * groups.length + group] = scale;
      for (let k = 0; k < width; k++) {
        const normalized = (values[from + k] - mean) * scale;
        values[from + k] = normalized;
        const scaled = gain[gainFrom + k] * normalized;
        out[to + k] = accumulate ? out[to + k] + scaled : scaled;
      }
      column += width;
    }
  }
};

export const normalizeRowsBackward: RowNormPasses["normalizeRowsBackward"] = (
  { columns, values, gradient, inverse, gain, gainOffset, groups },
  row,
  rows,
  dOut,
  dOutOffset,
  dOutStride,
) => {
  for (let b = 0; b < rows; b++) {
    let column = 0;
    for (let group = 0; group < groups.length; group++) {
      const width = groups[group];
      const at = (row + b) * columns + column;
      const from = dOutOffset + b * dOutStride + column;
      const gainFrom = gainOffset + column;
      let mean = 0;
      let projection = 0;
      for (let k = 0; k < width; k++) {
        const scaled = gain[gainFrom + k] * dOut[from + k];
        mean += scaled;
        projection += scaled * values[at + k];
      }
      mean /= width;
      projection /= width;
      const scale = inverse[(row + b) * groups.length + group];
      for (let k = 0; k < width; k++) {
        const scaled = gain[gainFrom + k] * dOut[from + k];
        gradient[at + k] = scale * (scaled - mean - values[at + k] * projection);
      }
      column += width;
    }
  }
};
