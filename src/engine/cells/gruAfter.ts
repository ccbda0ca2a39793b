/** The gated recurrent unit whose reset gate acts after the recurrent product: PyTorch's and cuDNN's. */
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type {
  AssignedStep,
  CellCapacity,
  CellWeights,
  GateReading,
  RecurrentCell,
} from "./cell.ts";
import { addBiases, createCellProduct, createState } from "./recurrentProduct.ts";

export interface GruAfterBuffers {
  readonly hidden: number;
  /** (R,3H) in order r,z,n: sums of the input's side before the step, activations after it. */
  readonly gates: Real;
  readonly gateGradients: Real;
  /** (R,3H): dL/d(W_hh h₋ + b_hh), which differs from `gateGradients` in the block of n. */
  readonly productGradients: Real;
  /** (B,3H): W_hh h₋ of this step. */
  readonly product: Real;
  /** (R,H): W_hn h₋ + b_hn, what the reset gate multiplies. */
  readonly candidateProduct: Real;
  /** (3H) */
  readonly biasHh: Real;
  readonly h: Real;
  readonly hGradient: Real;
}

/**
 * GRU, one step. Gates of Cho et al. 2014 (arXiv:1406.1078); reset applied AFTER the hidden product, as
 * torch.nn.GRU:
 *   r = σ(W_ir x + b_ir + W_hr h₋ + b_hr)      z likewise
 *   n = tanh(W_in x + b_in + r ⊙ (W_hn h₋ + b_hn))
 *   h = (1 − z) ⊙ n + z ⊙ h₋
 * x (B,I)   h₋, h (B,H)   W_ih (3H,I)   W_hh (3H,H)   gates (B,3H), order r,z,n
 * With layer normalization every product W x and W h₋ is γ ⊙ norm(W x), γ ⊙ norm(W h₋): over the 2H numbers of r and z together,
 * and over those of n apart (Ba et al. 2016, supplement; the b are their β).
 * Backward reads: gates, W_hn h₋ + b_hn, h₋.
 */
export function createGruAfter(
  kernels: Kernels,
  weights: CellWeights,
  capacity: CellCapacity,
): RecurrentCell {
  const hidden = weights.weightHh.shape[1];
  const gateWidth = 3 * hidden;
  const h = createState(kernels, "h", capacity, hidden);
  const recurrent = createCellProduct(kernels, weights, capacity, 0, gateWidth, [
    2 * hidden,
    hidden,
  ]);
  const bias = kernels.allocate(gateWidth);
  const buffers: GruAfterBuffers = {
    hidden,
    gates: kernels.allocate(capacity.rows * gateWidth),
    gateGradients: kernels.allocate(capacity.rows * gateWidth),
    productGradients: kernels.allocate(capacity.rows * gateWidth),
    product: kernels.allocate(capacity.batch * gateWidth),
    candidateProduct: kernels.allocate(capacity.rows * hidden),
    biasHh: weights.biasHh.value,
    h: h.value,
    hGradient: h.gradient,
  };
  const { gates, gateGradients, product, productGradients } = buffers;

  return {
    hidden,
    gateWidth,
    gates,
    gateGradients,
    bias,
    states: [h],
    prepare() {
      addBiases(bias, weights, 2 * hidden);
      recurrent.prepare();
    },
    forward(row, previous, next, rows) {
      recurrent.forward(row, product, 0, gateWidth, h.value, previous, rows, false);
      kernels.cells.gruAfterForward(buffers, row, previous, next, rows);
    },
    backward(row, previous, next, rows) {
      kernels.cells.gruAfterBackward(buffers, row, previous, next, rows);
      recurrent.backward(
        row,
        h.gradient,
        previous,
        productGradients,
        row * gateWidth,
        gateWidth,
        rows,
        true,
      );
    },
    accumulateGradients(row, previous, _next, rows) {
      recurrent.accumulateGradient(
        row,
        productGradients,
        row * gateWidth,
        gateWidth,
        h.value,
        previous,
        rows,
      );
      kernels.accumulateColumnSums(weights.biasHh.gradient, productGradients, row, rows);
    },
    assign: (part, unit, value, step, sums) => assign(buffers, part, unit, value, step, sums),
    readGates: (previous, next, rows) => readGates(buffers, previous, next, rows),
  };
}

export function gruAfterForward(
  buffers: GruAfterBuffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
): void {
  const { gates, product, candidateProduct, biasHh, h, hidden } = buffers;
  for (let b = 0; b < rows; b++) {
    const resetGate = (row + b) * 3 * hidden;
    const updateGate = resetGate + hidden;
    const candidate = updateGate + hidden;
    const resetProduct = b * 3 * hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const r = 1 / (1 + Math.exp(-(gates[resetGate + k] + product[resetProduct + k])));
      const z = 1 / (1 + Math.exp(-(gates[updateGate + k] + product[resetProduct + hidden + k])));
      const q = product[resetProduct + 2 * hidden + k] + biasHh[2 * hidden + k];
      const n = Math.tanh(gates[candidate + k] + r * q);
      gates[resetGate + k] = r;
      gates[updateGate + k] = z;
      gates[candidate + k] = n;
      candidateProduct[kept + k] = q;
      h[after + k] = (1 - z) * n + z * h[before + k];
    }
  }
}

export function gruAfterBackward(
  buffers: GruAfterBuffers,
  row: number,
  previous: number,
  next: number,
  rows: number,
): void {
  const { gates, gateGradients, productGradients, candidateProduct, h, hGradient, hidden } =
    buffers;
  for (let b = 0; b < rows; b++) {
    const resetGate = (row + b) * 3 * hidden;
    const updateGate = resetGate + hidden;
    const candidate = updateGate + hidden;
    const before = (previous + b) * hidden;
    const after = (next + b) * hidden;
    const kept = (row + b) * hidden;
    for (let k = 0; k < hidden; k++) {
      const r = gates[resetGate + k];
      const z = gates[updateGate + k];
      const n = gates[candidate + k];
      const dh = hGradient[after + k];
      const nSum = dh * (1 - z) * (1 - n * n);
      const zSum = dh * (h[before + k] - n) * z * (1 - z);
      const rSum = nSum * candidateProduct[kept + k] * r * (1 - r);
      gateGradients[resetGate + k] = rSum;
      gateGradients[updateGate + k] = zSum;
      gateGradients[candidate + k] = nSum;
      productGradients[resetGate + k] = rSum;
      productGradients[updateGate + k] = zSum;
      productGradients[candidate + k] = nSum * r;
      hGradient[before + k] += dh * z;
    }
  }
}

/** n follows from r, h from n and z. */
function assign(
  { gates, candidateProduct, h, hidden }: GruAfterBuffers,
  part: string,
  unit: number,
  value: number,
  { row, previous, next }: AssignedStep,
  sums: Real,
) {
  const r = row * 3 * hidden + unit;
  const z = r + hidden;
  const n = z + hidden;
  gates[part === "r" ? r : part === "z" ? z : n] = value;
  if (part === "r") {
    const sum = sums[2 * hidden + unit] + value * candidateProduct[row * hidden + unit];
    gates[n] = Math.tanh(sum);
  }
  h[next * hidden + unit] = (1 - gates[z]) * gates[n] + gates[z] * h[previous * hidden + unit];
}

/** dr = dL/d(n's sum) ⊙ (W_hn h₋ + b_hn), dz = dh ⊙ (h₋ − n), dn = dh ⊙ (1 − z). */
function readGates(
  buffers: GruAfterBuffers,
  previous: number,
  next: number,
  rows: number,
): readonly GateReading[] {
  const { gates, gateGradients, candidateProduct, h, hGradient, hidden } = buffers;
  const take = (): Real => gates.slice(0, rows * hidden);
  const [r, z, n] = ["r", "z", "n"].map((name) => ({ name, value: take(), gradient: take() }));
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < hidden; k++) {
      const at = row * hidden + k;
      const gate = row * 3 * hidden + k;
      const dh = hGradient[next * hidden + at];
      r.value[at] = gates[gate];
      z.value[at] = gates[gate + hidden];
      n.value[at] = gates[gate + 2 * hidden];
      r.gradient[at] = gateGradients[gate + 2 * hidden] * candidateProduct[at];
      z.gradient[at] = dh * (h[previous * hidden + at] - n.value[at]);
      n.gradient[at] = dh * (1 - z.value[at]);
    }
  }
  return [r, z, n];
}
