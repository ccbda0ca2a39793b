/**
 * The LSTM's two variants: peepholes, with which gates see the cell state, and layer normalization, with which
 * the cell state is normalized before it is squashed. They take the place of the pass over gates of the plain LSTM.
 */
import type { Real } from "../../trace/trace.ts";
import type { CellPass, CellPasses, Kernels } from "../kernels/kernels.ts";
import type { CellCapacity, CellWeights } from "./cell.ts";
import type { LstmBuffers } from "./lstm.ts";
import { createRowNorm } from "./rowNorm.ts";

export interface LstmVariant extends Pick<CellPasses, "lstmForward" | "lstmBackward"> {
  /** Adds dL/d peepholes and dL/d what normalizes c; rows as in `RecurrentCell`. */
  accumulateGradients(row: number, previous: number, next: number, rows: number): void;
}

export interface LstmVariantBuffers extends LstmBuffers {
  /** (3H) p; zeros where there are none. */
  readonly peepholes: Real;
  /** ((T+1)·B,H): γ ⊙ norm(c), or c itself. */
  readonly y: Real;
  /** (H); zeros where nothing is normalized. */
  readonly beta: Real;
  /** (R,H): dL/dy. */
  readonly yGradient: Real;
  /** (R,H): dL/dc by way of y; `yGradient` itself where y is c. */
  readonly throughY: Real;
}

/** A step in two halves, between which c is normalized. */
export interface LstmVariantPasses {
  /** i, f, g and c. */
  readonly lstmStateForward: CellPass<LstmVariantBuffers>;
  /** o and h. */
  readonly lstmOutputForward: CellPass<LstmVariantBuffers>;
  readonly lstmOutputBackward: CellPass<LstmVariantBuffers>;
  readonly lstmStateBackward: CellPass<LstmVariantBuffers>;
}

/**
 * The gates and states of `lstm.ts`, after the products, with
 *   i = σ(… + p_i ⊙ c₋)      f likewise      o = σ(… + p_o ⊙ c)       (Gers, Schraudolph & Schmidhuber 2002)
 *   h = o ⊙ tanh(y + β)      y = γ ⊙ norm(c), or β = 0 and c itself   (Ba et al. 2016, arXiv:1607.06450, supplement)
 * p (3,H), order i,f,o — ONNX keeps its P in order i,o,f.   c₋, c, y (B,H)   γ, β (H)
 * W x and W h₋ come normalized, each over all 4H numbers: gates = γ_ih ⊙ norm(W_ih x) + b_ih + γ_hh ⊙ norm(W_hh h₋) + b_hh.
 * Only h sees the normalized cell state: c itself, which carries the memory, and the peepholes do not.
 * Backward reads: gates, c₋, c, tanh(y + β), and what `rowNorm.ts` kept.
 *
 * Undefined where the weights have neither.
 */
export function createLstmVariant(
  kernels: Kernels,
  { peepholes, norms }: CellWeights,
  capacity: CellCapacity,
  plain: LstmBuffers,
): LstmVariant | undefined {
  const { hidden, gateGradients, c } = plain;
  const cellNorm = norms?.cell;
  if (!peepholes && !cellNorm) return undefined;
  const norm = cellNorm && createRowNorm(kernels, cellNorm.gain, 0, [hidden], capacity.rows);
  const yGradient = kernels.allocate(capacity.rows * hidden);
  const buffers: LstmVariantBuffers = {
    ...plain,
    peepholes: peepholes?.value ?? kernels.allocate(3 * hidden),
    y: norm ? kernels.allocate((capacity.rows + capacity.batch) * hidden) : c,
    beta: cellNorm?.bias.value ?? kernels.allocate(hidden),
    yGradient,
    throughY: norm?.gradient ?? yGradient,
  };
  const { y } = buffers;
  const passes = kernels.lstmVariant;

  /** dp += Σ dL/d the sum of `gate` (of i,f,g,o) ⊙ the cell state in rows from `state` on. */
  const accumulatePeephole = (
    gradient: Real,
    place: number,
    gate: number,
    row: number,
    state: number,
    rows: number,
  ): void => {
    const sums = (row * 4 + gate) * hidden;
    const width = 4 * hidden;
    const to = place * hidden;
    const from = state * hidden;
    kernels.accumulateColumnProducts(
      gradient,
      to,
      hidden,
      gateGradients,
      sums,
      width,
      c,
      from,
      hidden,
      rows,
    );
  };

  return {
    lstmForward(_, row, previous, next, rows) {
      passes.lstmStateForward(buffers, row, previous, next, rows);
      if (norm) {
        const [from, to] = [next * hidden, row * hidden];
        kernels.gatherRuns(norm.values, to, c, from, hidden, hidden, rows);
        norm.forward(row, rows, y, from, hidden, false);
      }
      passes.lstmOutputForward(buffers, row, previous, next, rows);
    },
    lstmBackward(_, row, previous, next, rows) {
      passes.lstmOutputBackward(buffers, row, previous, next, rows);
      norm?.backward(row, rows, yGradient, row * hidden, hidden);
      passes.lstmStateBackward(buffers, row, previous, next, rows);
    },
    accumulateGradients(row, previous, next, rows) {
      if (peepholes) {
        accumulatePeephole(peepholes.gradient, 0, 0, row, previous, rows);
        accumulatePeephole(peepholes.gradient, 1, 1, row, previous, rows);
        accumulatePeephole(peepholes.gradient, 2, 3, row, next, rows);
      }
      if (!norm || !cellNorm) return;
      norm.accumulateGain(row, rows, yGradient, row * hidden, hidden);
      kernels.accumulateColumnSums(cellNorm.bias.gradient, yGradient, row, rows);
    },
  };
}

export const lstmStateForward: LstmVariantPasses["lstmStateForward"] = (
  { gates, peepholes, c, hidden },
  row,
  previous,
  next,
  rows,
) => {
  for (let b = 0; b < rows; b++) {
    const inputGate = (row + b) * 4 * hidden;
    const forgetGate = inputGate + hidden;
    const candidate = forgetGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const cBefore = c[before + k];
      const i = 1 / (1 + Math.exp(-(gates[inputGate + k] + peepholes[k] * cBefore)));
      const f = 1 / (1 + Math.exp(-(gates[forgetGate + k] + peepholes[hidden + k] * cBefore)));
      const g = Math.tanh(gates[candidate + k]);
      gates[inputGate + k] = i;
      gates[forgetGate + k] = f;
      gates[candidate + k] = g;
      c[after + k] = f * cBefore + i * g;
    }
  }
};

export const lstmOutputForward: LstmVariantPasses["lstmOutputForward"] = (
  { gates, peepholes, h, c, y, beta, tanhC, hidden },
  row,
  _previous,
  next,
  rows,
) => {
  for (let b = 0; b < rows; b++) {
    const outputGate = ((row + b) * 4 + 3) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const sum = gates[outputGate + k] + peepholes[2 * hidden + k] * c[after + k];
      const o = 1 / (1 + Math.exp(-sum));
      const squashed = Math.tanh(y[after + k] + beta[k]);
      gates[outputGate + k] = o;
      tanhC[kept + k] = squashed;
      h[after + k] = o * squashed;
    }
  }
};

export const lstmOutputBackward: LstmVariantPasses["lstmOutputBackward"] = (
  { gates, gateGradients, peepholes, hGradient, cGradient, yGradient, tanhC, hidden },
  row,
  _previous,
  next,
  rows,
) => {
  for (let b = 0; b < rows; b++) {
    const outputGate = ((row + b) * 4 + 3) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const o = gates[outputGate + k];
      const squashed = tanhC[kept + k];
      const dh = hGradient[after + k];
      const oSum = dh * squashed * o * (1 - o);
      gateGradients[outputGate + k] = oSum;
      cGradient[after + k] += peepholes[2 * hidden + k] * oSum;
      yGradient[kept + k] = dh * o * (1 - squashed * squashed);
    }
  }
};

export const lstmStateBackward: LstmVariantPasses["lstmStateBackward"] = (
  { gates, gateGradients, peepholes, c, cGradient, throughY, hidden },
  row,
  previous,
  next,
  rows,
) => {
  for (let b = 0; b < rows; b++) {
    const inputGate = (row + b) * 4 * hidden;
    const forgetGate = inputGate + hidden;
    const candidate = forgetGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const i = gates[inputGate + k];
      const f = gates[forgetGate + k];
      const g = gates[candidate + k];
      const dc = cGradient[after + k] + throughY[kept + k];
      cGradient[after + k] = dc;
      const iSum = dc * g * i * (1 - i);
      const fSum = dc * c[before + k] * f * (1 - f);
      gateGradients[inputGate + k] = iSum;
      gateGradients[forgetGate + k] = fSum;
      gateGradients[candidate + k] = dc * i * (1 - g * g);
      cGradient[before + k] += dc * f + peepholes[k] * iSum + peepholes[hidden + k] * fSum;
    }
  }
};
