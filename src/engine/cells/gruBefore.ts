/** The gated recurrent unit whose reset gate acts before the recurrent product: the paper's. */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { CellCapacity, CellWeights, GateReading, RecurrentCell } from "./cell.ts";
import { addBiases, createCellProduct, createState } from "./recurrentProduct.ts";

export interface GruBeforeBuffers {
  readonly hidden: number;
  /** (R,3H) in order r,z,n: sums before the step, activations after it. */
  readonly gates: Real;
  readonly gateGradients: Real;
  /** (R,H): r ⊙ h₋, what W_hn multiplies. */
  readonly resetState: Real;
  readonly resetStateGradient: Real;
  readonly h: Real;
  readonly hGradient: Real;
}

/**
 * GRU, one step. Cho et al. 2014 (arXiv:1406.1078); reset applied BEFORE the hidden product, as in the
 * paper and as ONNX's default (linear_before_reset = 0):
 *   r = σ(W_ir x + b_ir + W_hr h₋ + b_hr)      z likewise
 *   n = tanh(W_in x + b_in + W_hn (r ⊙ h₋) + b_hn)
 *   h = (1 − z) ⊙ n + z ⊙ h₋
 * x (B,I)   h₋, h (B,H)   W_ih (3H,I)   W_hh (3H,H)   gates (B,3H), order r,z,n
 * With layer normalization every product W x, W h₋ and W_hn (r ⊙ h₋) is normalized and scaled: over the 2H numbers of r and z
 * together, and over those of n apart (after Ba et al. 2016).
 * Backward reads: gates, r ⊙ h₋ (for dW_hn), h₋.
 */
export function createGruBefore(
  kernels: Kernels,
  weights: CellWeights,
  capacity: CellCapacity,
): RecurrentCell {
  const hidden = weights.weightHh.shape[1];
  const gateWidth = 3 * hidden;
  const h = createState(kernels, "h", capacity, hidden);
  const gatesProduct = createCellProduct(kernels, weights, capacity, 0, 2 * hidden);
  const candidateProduct = createCellProduct(kernels, weights, capacity, 2 * hidden, hidden);
  const bias = kernels.allocate(gateWidth);
  const buffers: GruBeforeBuffers = {
    hidden,
    gates: kernels.allocate(capacity.rows * gateWidth),
    gateGradients: kernels.allocate(capacity.rows * gateWidth),
    resetState: kernels.allocate(capacity.rows * hidden),
    resetStateGradient: kernels.allocate(capacity.rows * hidden),
    h: h.value,
    hGradient: h.gradient,
  };
  const { gates, gateGradients, resetState, resetStateGradient } = buffers;
  /** Where the block of n begins in a row of gates. */
  const candidate = 2 * hidden;

  return {
    hidden,
    gateWidth,
    gates,
    gateGradients,
    bias,
    states: [h],
    prepare() {
      addBiases(bias, weights, gateWidth);
      gatesProduct.prepare();
      candidateProduct.prepare();
    },
    forward(row, previous, next, rows) {
      const gate = row * gateWidth;
      gatesProduct.forward(row, gates, gate, gateWidth, h.value, previous, rows, true);
      kernels.cells.gruBeforeGatesForward(buffers, row, previous, next, rows);
      candidateProduct.forward(
        row,
        gates,
        gate + candidate,
        gateWidth,
        resetState,
        row,
        rows,
        true,
      );
      kernels.cells.gruBeforeCandidateForward(buffers, row, previous, next, rows);
    },
    backward(row, previous, next, rows) {
      const gate = row * gateWidth;
      kernels.cells.gruBeforeCandidateBackward(buffers, row, previous, next, rows);
      candidateProduct.backward(
        row,
        resetStateGradient,
        row,
        gateGradients,
        gate + candidate,
        gateWidth,
        rows,
        false,
      );
      kernels.cells.gruBeforeGatesBackward(buffers, row, previous, next, rows);
      gatesProduct.backward(row, h.gradient, previous, gateGradients, gate, gateWidth, rows, true);
    },
    accumulateGradients(row, previous, _next, rows) {
      const gate = row * gateWidth;
      gatesProduct.accumulateGradient(row, gateGradients, gate, gateWidth, h.value, previous, rows);
      candidateProduct.accumulateGradient(
        row,
        gateGradients,
        gate + candidate,
        gateWidth,
        resetState,
        row,
        rows,
      );
      kernels.accumulateColumnSums(weights.biasHh.gradient, gateGradients, row, rows);
    },
    assign(part, unit, value, { row, previous, next }, sums) {
      const gate = row * gateWidth;
      const block = ["r", "z", "n"].indexOf(part);
      gates[gate + block * hidden + unit] = value;
      if (part === "r") {
        // r of one unit reaches n of all of them.
        resetState[row * hidden + unit] = value * h.value[previous * hidden + unit];
        for (let k = candidate; k < gateWidth; k++) gates[gate + k] = sums[k];
        candidateProduct.forward(row, gates, gate + candidate, gateWidth, resetState, row, 1, true);
        kernels.cells.gruBeforeCandidateForward(buffers, row, previous, next, 1);
        return;
      }
      const z = gates[gate + hidden + unit];
      const n = gates[gate + candidate + unit];
      h.value[next * hidden + unit] = (1 - z) * n + z * h.value[previous * hidden + unit];
    },
    readGates: (previous, next, rows) => readGates(buffers, previous, next, rows),
  };
}

/** r and z, and from r what W_hn will multiply. */
export function gruBeforeGatesForward(
  buffers: GruBeforeBuffers,
  row: number,
  previous: number,
  _next: number,
  rows: number,
): void {
  const { gates, resetState, h, hidden } = buffers;
  for (let b = 0; b < rows; b++) {
    const resetGate = (row + b) * 3 * hidden;
    const updateGate = resetGate + hidden;
    const before = (previous + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const r = 1 / (1 + Math.exp(-gates[resetGate + k]));
      gates[resetGate + k] = r;
      gates[updateGate + k] = 1 / (1 + Math.exp(-gates[updateGate + k]));
      resetState[kept + k] = r * h[before + k];
    }
  }
}

/** n and h, once the product of W_hn is in the gates. */
export function gruBeforeCandidateForward(
  buffers: GruBeforeBuffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
): void {
  const { gates, h, hidden } = buffers;
  for (let b = 0; b < rows; b++) {
    const updateGate = ((row + b) * 3 + 1) * hidden;
    const candidate = updateGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const z = gates[updateGate + k];
      const n = Math.tanh(gates[candidate + k]);
      gates[candidate + k] = n;
      h[after + k] = (1 - z) * n + z * h[before + k];
    }
  }
}

/** dL/d the sums of z and n. */
export function gruBeforeCandidateBackward(
  buffers: GruBeforeBuffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
): void {
  const { gates, gateGradients, h, hGradient, hidden } = buffers;
  for (let b = 0; b < rows; b++) {
    const updateGate = ((row + b) * 3 + 1) * hidden;
    const candidate = updateGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const z = gates[updateGate + k];
      const n = gates[candidate + k];
      const dh = hGradient[after + k];
      gateGradients[updateGate + k] = dh * (h[before + k] - n) * z * (1 - z);
      gateGradients[candidate + k] = dh * (1 - z) * (1 - n * n);
    }
  }
}

/** dL/d the sum of r, once dL/d(r ⊙ h₋) is known, and what reaches h₋ other than through a product. */
export function gruBeforeGatesBackward(
  buffers: GruBeforeBuffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
): void {
  const { gates, gateGradients, resetStateGradient, h, hGradient, hidden } = buffers;
  for (let b = 0; b < rows; b++) {
    const resetGate = (row + b) * 3 * hidden;
    const updateGate = resetGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const r = gates[resetGate + k];
      const dResetState = resetStateGradient[kept + k];
      gateGradients[resetGate + k] = dResetState * h[before + k] * r * (1 - r);
      hGradient[before + k] += dResetState * r + hGradient[after + k] * gates[updateGate + k];
    }
  }
}

/** dr = dL/d(r ⊙ h₋) ⊙ h₋, dz = dh ⊙ (h₋ − n), dn = dh ⊙ (1 − z). */
function readGates(
  buffers: GruBeforeBuffers,
  previous: number,
  next: number,
  rows: number,
): readonly GateReading[] {
  const { gates, resetStateGradient, h, hGradient, hidden } = buffers;
  const take = (): Real => gates.slice(0, rows * hidden);
  const [r, z, n] = ["r", "z", "n"].map((name) => ({ name, value: take(), gradient: take() }));
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < hidden; k++) {
      const at = row * hidden + k;
      const gate = row * 3 * hidden + k;
      const dh = hGradient[next * hidden + at];
      const before = h[previous * hidden + at];
      r.value[at] = gates[gate];
      z.value[at] = gates[gate + hidden];
      n.value[at] = gates[gate + 2 * hidden];
      r.gradient[at] = resetStateGradient[at] * before;
      z.gradient[at] = dh * (before - n.value[at]);
      n.gradient[at] = dh * (1 - z.value[at]);
    }
  }
  return [r, z, n];
}
