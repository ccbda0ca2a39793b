/** Long short-term memory, with a projected h where the weights have one. */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { gatesOf } from "../../trace/names.ts";
import type { AssignedStep, CellCapacity, CellWeights, RecurrentCell } from "./cell.ts";
import { createLstmVariant } from "./lstmVariant.ts";
import {
  addBiases,
  createCellProduct,
  createRecurrentProduct,
  createState,
} from "./recurrentProduct.ts";

export interface LstmBuffers {
  readonly hidden: number;
  /** (R,4H) in order i,f,g,o: sums before the step, activations after it. */
  readonly gates: Real;
  readonly gateGradients: Real;
  /** ((T+1)·B,H): o ⊙ tanh(c), which is h unless that is projected. */
  readonly h: Real;
  readonly hGradient: Real;
  readonly c: Real;
  readonly cGradient: Real;
  /** (R,H): tanh(c), kept because backward needs it again. */
  readonly tanhC: Real;
}

/**
 * LSTM, one step. Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, as torch.nn.LSTM:
 *   i = σ(W_ii x + b_ii + W_hi h₋ + b_hi)      f, o likewise
 *   g = tanh(W_ig x + b_ig + W_hg h₋ + b_hg)
 *   c = f ⊙ c₋ + i ⊙ g
 *   h = o ⊙ tanh(c)
 * x (B,I)   h₋, h, c₋, c (B,H)   W_ih (4H,I)   W_hh (4H,H)   gates (B,4H), order i,f,g,o
 * Backward reads: gates, c₋, tanh(c).
 *
 * With a projection (Sak et al. 2014, arXiv:1402.1128, as torch.nn.LSTM's `proj_size`) what the cell hands on is
 *   h = W_hr (o ⊙ tanh(c))      h (B,P)   W_hr (P,H)   W_hh (4H,P)
 * and backward reads o ⊙ tanh(c) too. Peepholes and layer normalization are in `lstmVariant.ts`.
 */
export function createLstm(
  kernels: Kernels,
  weights: CellWeights,
  capacity: CellCapacity,
): RecurrentCell {
  const [gateWidth, width] = weights.weightHh.shape;
  const hidden = gateWidth / 4;
  const h = createState(kernels, "h", capacity, width);
  const c = createState(kernels, "c", capacity, hidden);
  const recurrent = createCellProduct(kernels, weights, capacity, 0, gateWidth);
  const projection =
    weights.projection && createRecurrentProduct(kernels, weights.projection, 0, width);
  const unprojected = projection ? createState(kernels, "h", capacity, hidden) : h;
  const bias = kernels.allocate(gateWidth);
  const buffers: LstmBuffers = {
    hidden,
    gates: kernels.allocate(capacity.rows * gateWidth),
    gateGradients: kernels.allocate(capacity.rows * gateWidth),
    h: unprojected.value,
    hGradient: unprojected.gradient,
    c: c.value,
    cGradient: c.gradient,
    tanhC: kernels.allocate(capacity.rows * hidden),
  };
  const { gates, gateGradients } = buffers;
  const variant = createLstmVariant(kernels, weights, capacity, buffers);
  const { lstmForward: forwardPass, lstmBackward: backwardPass } = variant ?? kernels.cells;

  return {
    hidden,
    gateWidth,
    gates,
    gateGradients,
    bias,
    states: [h, c],
    prepare() {
      addBiases(bias, weights, gateWidth);
      recurrent.prepare();
      projection?.prepare();
    },
    forward(row, previous, next, rows) {
      recurrent.forward(row, gates, row * gateWidth, gateWidth, h.value, previous, rows, true);
      forwardPass(buffers, row, previous, next, rows);
      projection?.forward(row, h.value, next * width, width, buffers.h, next, rows, false);
    },
    backward(row, previous, next, rows) {
      const { hGradient } = buffers;
      projection?.backward(row, hGradient, next, h.gradient, next * width, width, rows, false);
      backwardPass(buffers, row, previous, next, rows);
      recurrent.backward(
        row,
        h.gradient,
        previous,
        gateGradients,
        row * gateWidth,
        gateWidth,
        rows,
        true,
      );
    },
    accumulateGradients(row, previous, next, rows) {
      recurrent.accumulateGradient(
        row,
        gateGradients,
        row * gateWidth,
        gateWidth,
        h.value,
        previous,
        rows,
      );
      projection?.accumulateGradient(row, h.gradient, next * width, width, buffers.h, next, rows);
      variant?.accumulateGradients(row, previous, next, rows);
      kernels.accumulateColumnSums(weights.biasHh.gradient, gateGradients, row, rows);
    },
    // In a variant a gate sees more than its own sum, or h more than its own c.
    assign: variant
      ? undefined
      : (part, unit, value, step) => {
          assign(buffers, part, unit, value, step);
          const { row, next } = step;
          projection?.forward(row, h.value, next * width, width, buffers.h, next, 1, false);
        },
    readGates: (previous, next, rows) => readGates(buffers, previous, next, rows),
  };
}

export function lstmForward(
  buffers: LstmBuffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
): void {
  const { gates, h, c, tanhC, hidden } = buffers;
  for (let b = 0; b < rows; b++) {
    const inputGate = (row + b) * 4 * hidden;
    const forgetGate = inputGate + hidden;
    const candidate = forgetGate + hidden;
    const outputGate = candidate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const i = 1 / (1 + Math.exp(-gates[inputGate + k]));
      const f = 1 / (1 + Math.exp(-gates[forgetGate + k]));
      const g = Math.tanh(gates[candidate + k]);
      const o = 1 / (1 + Math.exp(-gates[outputGate + k]));
      const cell = f * c[before + k] + i * g;
      const squashed = Math.tanh(cell);
      gates[inputGate + k] = i;
      gates[forgetGate + k] = f;
      gates[candidate + k] = g;
      gates[outputGate + k] = o;
      c[after + k] = cell;
      tanhC[kept + k] = squashed;
      h[after + k] = o * squashed;
    }
  }
}

export function lstmBackward(
  buffers: LstmBuffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
): void {
  const { gates, gateGradients, hGradient, c, cGradient, tanhC, hidden } = buffers;
  for (let b = 0; b < rows; b++) {
    const inputGate = (row + b) * 4 * hidden;
    const forgetGate = inputGate + hidden;
    const candidate = forgetGate + hidden;
    const outputGate = candidate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const i = gates[inputGate + k];
      const f = gates[forgetGate + k];
      const g = gates[candidate + k];
      const o = gates[outputGate + k];
      const squashed = tanhC[kept + k];
      const dh = hGradient[after + k];
      const dc = cGradient[after + k] + dh * o * (1 - squashed * squashed);
      cGradient[after + k] = dc;
      cGradient[before + k] += dc * f;
      gateGradients[inputGate + k] = dc * g * i * (1 - i);
      gateGradients[forgetGate + k] = dc * c[before + k] * f * (1 - f);
      gateGradients[candidate + k] = dc * i * (1 - g * g);
      gateGradients[outputGate + k] = dh * squashed * o * (1 - o);
    }
  }
}

/** c follows from i, f, g; h from c and o. */
function assign(
  { gates, h, c, tanhC, hidden }: LstmBuffers,
  part: string,
  unit: number,
  value: number,
  { row, previous, next }: AssignedStep,
) {
  const [i, f, g, o] = gatesOf.lstm.map((_, block) => (row * 4 + block) * hidden + unit);
  const after = next * hidden + unit;
  const kept = row * hidden + unit;
  if (part === "c") c[after] = value;
  else {
    gates[(row * 4 + gatesOf.lstm.findIndex((name) => name === part)) * hidden + unit] = value;
    if (part !== "o") c[after] = gates[f] * c[previous * hidden + unit] + gates[i] * gates[g];
  }
  tanhC[kept] = Math.tanh(c[after]);
  h[after] = gates[o] * tanhC[kept];
}

/**
 * dL/d an activation follows from the total dL/dh and dL/dc, without dividing what backward kept by a
 * derivative that may be 0: di = dc ⊙ g, df = dc ⊙ c₋, dg = dc ⊙ i, do = dh ⊙ tanh(c).
 */
function readGates(buffers: LstmBuffers, previous: number, next: number, rows: number) {
  const { gates, hGradient, c, cGradient, tanhC, hidden } = buffers;
  const take = (): Real => gates.slice(0, rows * hidden);
  const [i, f, g, o] = ["i", "f", "g", "o"].map((name) => ({
    name,
    value: take(),
    gradient: take(),
  }));
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < hidden; k++) {
      const at = row * hidden + k;
      const gate = row * 4 * hidden + k;
      const dh = hGradient[next * hidden + at];
      const dc = cGradient[next * hidden + at];
      i.value[at] = gates[gate];
      f.value[at] = gates[gate + hidden];
      g.value[at] = gates[gate + 2 * hidden];
      o.value[at] = gates[gate + 3 * hidden];
      i.gradient[at] = dc * g.value[at];
      f.gradient[at] = dc * c[previous * hidden + at];
      g.gradient[at] = dc * i.value[at];
      o.gradient[at] = dh * tanhC[at];
    }
  }
  return [i, f, g, o];
}
