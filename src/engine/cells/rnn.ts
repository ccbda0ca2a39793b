/** The vanilla recurrent cell. */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { CellCapacity, CellWeights, RecurrentCell } from "./cell.ts";
import { addBiases, createCellProduct, createState } from "./recurrentProduct.ts";

export interface RnnBuffers {
  readonly nonlinearity: "tanh" | "relu";
  readonly hidden: number;
  /** (R,H): W_ih x + W_hh h₋ + b, before the nonlinearity. */
  readonly gates: Real;
  readonly gateGradients: Real;
  readonly h: Real;
  readonly hGradient: Real;
}

/**
 * RNN, one step. Elman 1990, as torch.nn.RNN:
 *   h = φ(W_ih x + b_ih + W_hh h₋ + b_hh)      φ = tanh, or relu
 * x (B,I)   h₋, h (B,H)   W_ih (H,I)   W_hh (H,H)
 * With layer normalization both products are normalized over the H units and scaled before they are added.
 * Backward reads: h.
 */
export function createRnn(
  kernels: Kernels,
  weights: CellWeights,
  capacity: CellCapacity,
  nonlinearity: "tanh" | "relu",
): RecurrentCell {
  const hidden = weights.weightHh.shape[1];
  const h = createState(kernels, "h", capacity, hidden);
  const recurrent = createCellProduct(kernels, weights, capacity, 0, hidden);
  const bias = kernels.allocate(hidden);
  const buffers: RnnBuffers = {
    nonlinearity,
    hidden,
    gates: kernels.allocate(capacity.rows * hidden),
    gateGradients: kernels.allocate(capacity.rows * hidden),
    h: h.value,
    hGradient: h.gradient,
  };
  const { gates, gateGradients } = buffers;

  return {
    hidden,
    gateWidth: hidden,
    gates,
    gateGradients,
    bias,
    states: [h],
    prepare() {
      addBiases(bias, weights, hidden);
      recurrent.prepare();
    },
    forward(row, previous, next, rows) {
      recurrent.forward(row, gates, row * hidden, hidden, h.value, previous, rows, true);
      kernels.cells.rnnForward(buffers, row, previous, next, rows);
    },
    backward(row, previous, next, rows) {
      kernels.cells.rnnBackward(buffers, row, previous, next, rows);
      recurrent.backward(
        row,
        h.gradient,
        previous,
        gateGradients,
        row * hidden,
        hidden,
        rows,
        true,
      );
    },
    accumulateGradients(row, previous, _next, rows) {
      recurrent.accumulateGradient(
        row,
        gateGradients,
        row * hidden,
        hidden,
        h.value,
        previous,
        rows,
      );
      kernels.accumulateColumnSums(weights.biasHh.gradient, gateGradients, row, rows);
    },
    readGates: () => [],
  };
}

export function rnnForward(
  buffers: RnnBuffers,
  row: number,
  _previous: number,
  next: number,
  rows: number,
): void {
  const { gates, h, hidden } = buffers;
  const from = row * hidden;
  const to = next * hidden;
  const count = rows * hidden;
  if (buffers.nonlinearity === "tanh") {
    for (let k = 0; k < count; k++) h[to + k] = Math.tanh(gates[from + k]);
  } else {
    // A NaN is not below 0, and so it stays visible.
    for (let k = 0; k < count; k++) {
      const a = gates[from + k];
      h[to + k] = a < 0 ? 0 : a;
    }
  }
}

export function rnnBackward(
  buffers: RnnBuffers,
  row: number,
  _previous: number,
  next: number,
  rows: number,
): void {
  const { gateGradients, h, hGradient, hidden } = buffers;
  const to = row * hidden;
  const from = next * hidden;
  const count = rows * hidden;
  if (buffers.nonlinearity === "tanh") {
    for (let k = 0; k < count; k++) {
      const y = h[from + k];
      gateGradients[to + k] = hGradient[from + k] * (1 - y * y);
    }
  } else {
    for (let k = 0; k < count; k++)
      gateGradients[to + k] = h[from + k] > 0 ? hGradient[from + k] : 0;
  }
}
