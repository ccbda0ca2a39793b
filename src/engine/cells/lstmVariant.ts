/**
 * The LSTM's two variants: peepholes, with which gates see the cell state, and layer normalization, with which
 * the cell state is normalized before it is squashed. They take the place of the pass over gates of the plain LSTM.
 */
import type { Real } from "../../trace/trace.ts";
import type { CellPasses, Kernels } from "../kernels/kernels.ts";
import type { Parameter } from "../model.ts";
import type { CellCapacity, CellWeights } from "./cell.ts";
import type { LstmBuffers } from "./lstm.ts";
import { createRowNorm, type RowNorm } from "./rowNorm.ts";

export interface LstmVariant extends Pick<CellPasses, "lstmForward" | "lstmBackward"> {
  /** Adds dL/d peepholes and dL/d what normalizes c; rows as in `RecurrentCell`. */
  accumulateGradients(row: number, previous: number, next: number, rows: number): void;
}

/** What normalizes c. */
interface CellNorm {
  readonly rows: RowNorm;
  readonly bias: Parameter;
  /** (R,H): y below, and dL/dy after the backward step. */
  readonly squashed: Real;
}

/**
 * The gates and states of `lstm.ts`, after the products, with
 *   i = σ(… + p_i ⊙ c₋)      f likewise      o = σ(… + p_o ⊙ c)       (Gers, Schraudolph & Schmidhuber 2002)
 *   h = o ⊙ tanh(y)      y = γ ⊙ norm(c) + β, or c itself             (Ba et al. 2016, arXiv:1607.06450, supplement)
 * p (3,H), order i,f,o — ONNX keeps its P in order i,o,f.   c₋, c, y (B,H)   γ, β (H)
 * W x and W h₋ come normalized, each over all 4H numbers: gates = γ_ih ⊙ norm(W_ih x) + b_ih + γ_hh ⊙ norm(W_hh h₋) + b_hh.
 * Only h sees the normalized cell state: c itself, which carries the memory, and the peepholes do not.
 * Backward reads: gates, c₋, c, tanh(y), and what `rowNorm.ts` kept.
 *
 * Undefined where the weights have neither.
 */
export function createLstmVariant(
  kernels: Kernels,
  { peepholes, norms }: CellWeights,
  capacity: CellCapacity,
  { hidden, gateGradients, c }: LstmBuffers,
): LstmVariant | undefined {
  if (!peepholes && !norms?.cell) return undefined;
  // Without peepholes their place is taken by zeros.
  const peepholeValues = peepholes?.value ?? kernels.allocate(3 * hidden);
  const norm: CellNorm | undefined = norms?.cell && {
    rows: createRowNorm(kernels, norms.cell.gain, 0, [hidden], capacity.rows),
    bias: norms.cell.bias,
    squashed: kernels.allocate(capacity.rows * hidden),
  };
  return {
    lstmForward: (buffers, row, previous, next, rows) =>
      forward(buffers, peepholeValues, norm, row, previous, next, rows),
    lstmBackward: (buffers, row, previous, next, rows) =>
      backward(buffers, peepholeValues, norm, row, previous, next, rows),
    accumulateGradients(row, previous, next, rows) {
      if (peepholes) {
        accumulatePeepholes(peepholes, hidden, gateGradients, c, row, previous, next, rows);
      }
      if (!norm) return;
      norm.rows.accumulateGain(row, rows, norm.squashed, row * hidden, hidden);
      kernels.accumulateColumnSums(norm.bias.gradient, norm.squashed, row, rows);
    },
  };
}

function forward(
  { gates, h, c, tanhC, hidden }: LstmBuffers,
  peepholes: Real,
  norm: CellNorm | undefined,
  row: number,
  previous: number,
  next: number,
  rows: number,
) {
  for (let b = 0; b < rows; b++) {
    const inputGate = (row + b) * 4 * hidden;
    const forgetGate = inputGate + hidden;
    const candidate = forgetGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const cBefore = c[before + k];
      const i = 1 / (1 + Math.exp(-(gates[inputGate + k] + peepholes[k] * cBefore)));
      const f = 1 / (1 + Math.exp(-(gates[forgetGate + k] + peepholes[hidden + k] * cBefore)));
      const g = Math.tanh(gates[candidate + k]);
      gates[inputGate + k] = i;
      gates[forgetGate + k] = f;
      gates[candidate + k] = g;
      c[after + k] = f * cBefore + i * g;
      if (norm) norm.rows.values[kept + k] = c[after + k];
    }
  }
  norm?.rows.forward(row, rows, norm.squashed, row * hidden, hidden, false);
  for (let b = 0; b < rows; b++) {
    const outputGate = ((row + b) * 4 + 3) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const sum = gates[outputGate + k] + peepholes[2 * hidden + k] * c[after + k];
      const o = 1 / (1 + Math.exp(-sum));
      const squashed = Math.tanh(
        norm ? norm.squashed[kept + k] + norm.bias.value[k] : c[after + k],
      );
      gates[outputGate + k] = o;
      tanhC[kept + k] = squashed;
      h[after + k] = o * squashed;
    }
  }
}

function backward(
  { gates, gateGradients, hGradient, c, cGradient, tanhC, hidden }: LstmBuffers,
  peepholes: Real,
  norm: CellNorm | undefined,
  row: number,
  previous: number,
  next: number,
  rows: number,
) {
  for (let b = 0; b < rows; b++) {
    const outputGate = ((row + b) * 4 + 3) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const o = gates[outputGate + k];
      const squashed = tanhC[kept + k];
      const dh = hGradient[after + k];
      const oSum = dh * squashed * o * (1 - o);
      const dy = dh * o * (1 - squashed * squashed);
      gateGradients[outputGate + k] = oSum;
      cGradient[after + k] += peepholes[2 * hidden + k] * oSum;
      if (norm) norm.squashed[kept + k] = dy;
      else cGradient[after + k] += dy;
    }
  }
  norm?.rows.backward(row, rows, norm.squashed, row * hidden, hidden);
  for (let b = 0; b < rows; b++) {
    const inputGate = (row + b) * 4 * hidden;
    const forgetGate = inputGate + hidden;
    const candidate = forgetGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      if (norm) cGradient[after + k] += norm.rows.gradient[kept + k];
      const i = gates[inputGate + k];
      const f = gates[forgetGate + k];
      const g = gates[candidate + k];
      const dc = cGradient[after + k];
      const iSum = dc * g * i * (1 - i);
      const fSum = dc * c[before + k] * f * (1 - f);
      gateGradients[inputGate + k] = iSum;
      gateGradients[forgetGate + k] = fSum;
      gateGradients[candidate + k] = dc * i * (1 - g * g);
      cGradient[before + k] += dc * f + peepholes[k] * iSum + peepholes[hidden + k] * fSum;
    }
  }
}

/** dp_i += Σ di ⊙ c₋, dp_f += Σ df ⊙ c₋, dp_o += Σ do ⊙ c, with d of the gates' sums. */
function accumulatePeepholes(
  { gradient }: Parameter,
  hidden: number,
  gateGradients: Real,
  c: Real,
  row: number,
  previous: number,
  next: number,
  rows: number,
) {
  for (let b = 0; b < rows; b++) {
    const gate = (row + b) * 4 * hidden;
    for (let k = 0; k < hidden; k++) {
      const before = c[(previous + b) * hidden + k];
      gradient[k] += gateGradients[gate + k] * before;
      gradient[hidden + k] += gateGradients[gate + hidden + k] * before;
      gradient[2 * hidden + k] += gateGradients[gate + 3 * hidden + k] * c[(next + b) * hidden + k];
    }
  }
}
