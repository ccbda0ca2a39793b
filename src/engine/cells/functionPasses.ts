/**
 * The passes over gates of cells that squash with other functions than σ and tanh, or clip their sums: the equations of
 * `rnn.ts`, `lstm.ts`, `gruAfter.ts` and `gruBefore.ts` with
 *   φ_g for σ      φ_c for tanh in g, n and an RNN's h      φ_h for tanh between c and h
 *   φ(clip(sum)) for φ(sum)      f = 1 − i where the two are coupled
 * as https://onnx.ai/onnx/operators/onnx__LSTM.html and its kin define them, and onnxruntime computes them. Everything else of a cell, its products
 * above all, is as it was. Backward reads the same buffers: slopes are taken from what came out.
 */
import type { CellFunctions } from "../../trace/cellFunctions.ts";
import type { CellPasses } from "../kernels/kernels.ts";
import { createSquash, type SquashFunction } from "./squash.ts";

interface Functions {
  readonly gate: SquashFunction;
  readonly candidate: SquashFunction;
  readonly output: SquashFunction;
  readonly coupled: boolean;
}

/** Beside the passes of the kernels, whose places they take. */
export function functionPasses(described: CellFunctions): CellPasses {
  const { gate, candidate, output, clip, coupled = false } = described;
  const functions: Functions = {
    gate: createSquash(gate, clip),
    candidate: createSquash(candidate, clip),
    output: createSquash(output, undefined),
    coupled,
  };
  return {
    ...rnnPasses(functions),
    ...lstmPasses(functions),
    ...gruAfterPasses(functions),
    ...gruBeforePasses(functions),
  };
}

function rnnPasses({ candidate }: Functions): Pick<CellPasses, "rnnForward" | "rnnBackward"> {
  return {
    rnnForward({ gates, h, hidden }, row, _previous, next, rows) {
      const [from, to] = [row * hidden, next * hidden];
      for (let k = 0; k < rows * hidden; k++) h[to + k] = candidate.of(gates[from + k]);
    },
    rnnBackward({ gateGradients, h, hGradient, hidden }, row, _previous, next, rows) {
      const [to, from] = [row * hidden, next * hidden];
      for (let k = 0; k < rows * hidden; k++) {
        gateGradients[to + k] = hGradient[from + k] * candidate.slope(h[from + k]);
      }
    },
  };
}

function lstmPasses({
  gate,
  candidate,
  output,
  coupled,
}: Functions): Pick<CellPasses, "lstmForward" | "lstmBackward"> {
  return {
    lstmForward({ gates, h, c, tanhC, hidden }, row, previous, next, rows) {
      for (let b = 0; b < rows; b++) {
        const at = (row + b) * 4 * hidden;
        for (let k = 0; k < hidden; k++) {
          const unit = at + k;
          const after = (next + b) * hidden + k;
          const i = gate.of(gates[unit]);
          const f = coupled ? 1 - i : gate.of(gates[unit + hidden]);
          const g = candidate.of(gates[unit + 2 * hidden]);
          const o = gate.of(gates[unit + 3 * hidden]);
          const cell = f * c[(previous + b) * hidden + k] + i * g;
          const squashed = output.of(cell);
          gates[unit] = i;
          gates[unit + hidden] = f;
          gates[unit + 2 * hidden] = g;
          gates[unit + 3 * hidden] = o;
          c[after] = cell;
          tanhC[(row + b) * hidden + k] = squashed;
          h[after] = o * squashed;
        }
      }
    },
    lstmBackward(
      { gates, gateGradients, hGradient, c, cGradient, tanhC, hidden },
      row,
      previous,
      next,
      rows,
    ) {
      for (let b = 0; b < rows; b++) {
        const at = (row + b) * 4 * hidden;
        for (let k = 0; k < hidden; k++) {
          const unit = at + k;
          const before = (previous + b) * hidden + k;
          const after = (next + b) * hidden + k;
          const i = gates[unit];
          const f = gates[unit + hidden];
          const g = gates[unit + 2 * hidden];
          const o = gates[unit + 3 * hidden];
          const squashed = tanhC[(row + b) * hidden + k];
          const dh = hGradient[after];
          const dc = cGradient[after] + dh * o * output.slope(squashed);
          cGradient[after] = dc;
          cGradient[before] += dc * f;
          const di = dc * (coupled ? g - c[before] : g);
          gateGradients[unit] = di * gate.slope(i);
          gateGradients[unit + hidden] = coupled ? 0 : dc * c[before] * gate.slope(f);
          gateGradients[unit + 2 * hidden] = dc * i * candidate.slope(g);
          gateGradients[unit + 3 * hidden] = dh * squashed * gate.slope(o);
        }
      }
    },
  };
}

function gruAfterPasses({
  gate,
  candidate,
}: Functions): Pick<CellPasses, "gruAfterForward" | "gruAfterBackward"> {
  return {
    gruAfterForward(buffers, row, previous, next, rows) {
      const { gates, product, biasHh, candidateProduct, h, hidden } = buffers;
      for (let b = 0; b < rows; b++) {
        for (let k = 0; k < hidden; k++) {
          const unit = (row + b) * 3 * hidden + k;
          const multiplied = b * 3 * hidden + k;
          const r = gate.of(gates[unit] + product[multiplied]);
          const z = gate.of(gates[unit + hidden] + product[multiplied + hidden]);
          const q = product[multiplied + 2 * hidden] + biasHh[2 * hidden + k];
          const n = candidate.of(gates[unit + 2 * hidden] + r * q);
          gates[unit] = r;
          gates[unit + hidden] = z;
          gates[unit + 2 * hidden] = n;
          candidateProduct[(row + b) * hidden + k] = q;
          h[(next + b) * hidden + k] = (1 - z) * n + z * h[(previous + b) * hidden + k];
        }
      }
    },
    gruAfterBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, productGradients, candidateProduct } = buffers;
      const { h, hGradient, hidden } = buffers;
      for (let b = 0; b < rows; b++) {
        for (let k = 0; k < hidden; k++) {
          const unit = (row + b) * 3 * hidden + k;
          const before = (previous + b) * hidden + k;
          const r = gates[unit];
          const z = gates[unit + hidden];
          const n = gates[unit + 2 * hidden];
          const dh = hGradient[(next + b) * hidden + k];
          const nSum = dh * (1 - z) * candidate.slope(n);
          const zSum = dh * (h[before] - n) * gate.slope(z);
          const rSum = nSum * candidateProduct[(row + b) * hidden + k] * gate.slope(r);
          gateGradients[unit] = productGradients[unit] = rSum;
          gateGradients[unit + hidden] = productGradients[unit + hidden] = zSum;
          gateGradients[unit + 2 * hidden] = nSum;
          productGradients[unit + 2 * hidden] = nSum * r;
          hGradient[before] += dh * z;
        }
      }
    },
  };
}

function gruBeforePasses({
  gate,
  candidate,
}: Functions): Pick<
  CellPasses,
  | "gruBeforeGatesForward"
  | "gruBeforeCandidateForward"
  | "gruBeforeCandidateBackward"
  | "gruBeforeGatesBackward"
> {
  return {
    gruBeforeGatesForward({ gates, resetState, h, hidden }, row, previous, _next, rows) {
      for (let b = 0; b < rows; b++) {
        for (let k = 0; k < hidden; k++) {
          const unit = (row + b) * 3 * hidden + k;
          const r = gate.of(gates[unit]);
          gates[unit] = r;
          gates[unit + hidden] = gate.of(gates[unit + hidden]);
          resetState[(row + b) * hidden + k] = r * h[(previous + b) * hidden + k];
        }
      }
    },
    gruBeforeCandidateForward({ gates, h, hidden }, row, previous, next, rows) {
      for (let b = 0; b < rows; b++) {
        for (let k = 0; k < hidden; k++) {
          const unit = (row + b) * 3 * hidden + k;
          const z = gates[unit + hidden];
          const n = candidate.of(gates[unit + 2 * hidden]);
          gates[unit + 2 * hidden] = n;
          h[(next + b) * hidden + k] = (1 - z) * n + z * h[(previous + b) * hidden + k];
        }
      }
    },
    gruBeforeCandidateBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, h, hGradient, hidden } = buffers;
      for (let b = 0; b < rows; b++) {
        for (let k = 0; k < hidden; k++) {
          const unit = (row + b) * 3 * hidden + k;
          const z = gates[unit + hidden];
          const n = gates[unit + 2 * hidden];
          const dh = hGradient[(next + b) * hidden + k];
          const dz = dh * (h[(previous + b) * hidden + k] - n);
          gateGradients[unit + hidden] = dz * gate.slope(z);
          gateGradients[unit + 2 * hidden] = dh * (1 - z) * candidate.slope(n);
        }
      }
    },
    gruBeforeGatesBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, resetStateGradient, h, hGradient, hidden } = buffers;
      for (let b = 0; b < rows; b++) {
        for (let k = 0; k < hidden; k++) {
          const unit = (row + b) * 3 * hidden + k;
          const before = (previous + b) * hidden + k;
          const r = gates[unit];
          const dResetState = resetStateGradient[(row + b) * hidden + k];
          gateGradients[unit] = dResetState * h[before] * gate.slope(r);
          hGradient[before] +=
            dResetState * r + hGradient[(next + b) * hidden + k] * gates[unit + hidden];
        }
      }
    },
  };
}
