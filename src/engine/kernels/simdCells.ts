/** The passes of cells over gates in WebAssembly: where in the memory each of them reads and writes. */
import type { Real } from "../../trace/trace.ts";
import type { CellPasses } from "./kernels.ts";

/** What assembly/index.ts exports for cells. Pointers are in bytes, sizes in floats. */
export interface CellExports {
  rnnForward(...pointersAndSizes: number[]): void;
  rnnBackward(...pointersAndSizes: number[]): void;
  lstmForward(...pointersAndSizes: number[]): void;
  lstmBackward(...pointersAndSizes: number[]): void;
  gruAfterForward(...pointersAndSizes: number[]): void;
  gruAfterBackward(...pointersAndSizes: number[]): void;
  gruBeforeGatesForward(...pointersAndSizes: number[]): void;
  gruBeforeCandidateForward(...pointersAndSizes: number[]): void;
  gruBeforeCandidateBackward(...pointersAndSizes: number[]): void;
  gruBeforeGatesBackward(...pointersAndSizes: number[]): void;
}

const bytesPerFloat = 4;

/** The address of element `offset` of a buffer that the kernels allocated. */
export const addressOf = (buffer: Real | Int32Array, offset: number): number =>
  buffer.byteOffset + offset * bytesPerFloat;
const at = addressOf;

/** Each pass takes the addresses of the step's first row in every buffer that it touches. */
export function cellPasses(wasm: CellExports): CellPasses {
  return {
    rnnForward({ gates, h, nonlinearity, hidden }, row, _previous, next, rows) {
      wasm.rnnForward(
        at(gates, row * hidden),
        at(h, next * hidden),
        nonlinearity === "relu" ? 1 : 0,
        rows * hidden,
      );
    },
    rnnBackward({ gateGradients, h, hGradient, nonlinearity, hidden }, row, _previous, next, rows) {
      wasm.rnnBackward(
        at(gateGradients, row * hidden),
        at(h, next * hidden),
        at(hGradient, next * hidden),
        nonlinearity === "relu" ? 1 : 0,
        rows * hidden,
      );
    },
    lstmForward({ gates, c, h, tanhC, hidden }, row, previous, next, rows) {
      wasm.lstmForward(
        at(gates, row * 4 * hidden),
        at(c, previous * hidden),
        at(c, next * hidden),
        at(h, next * hidden),
        at(tanhC, row * hidden),
        rows,
        hidden,
      );
    },
    lstmBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, c, cGradient, hGradient, tanhC, hidden } = buffers;
      wasm.lstmBackward(
        at(gates, row * 4 * hidden),
        at(gateGradients, row * 4 * hidden),
        at(c, previous * hidden),
        at(cGradient, previous * hidden),
        at(cGradient, next * hidden),
        at(hGradient, next * hidden),
        at(tanhC, row * hidden),
        rows,
        hidden,
      );
    },
    gruAfterForward(
      { gates, product, biasHh, candidateProduct, h, hidden },
      row,
      previous,
      next,
      rows,
    ) {
      wasm.gruAfterForward(
        at(gates, row * 3 * hidden),
        at(product, 0),
        at(biasHh, 2 * hidden),
        at(candidateProduct, row * hidden),
        at(h, previous * hidden),
        at(h, next * hidden),
        rows,
        hidden,
      );
    },
    gruAfterBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, productGradients, candidateProduct, h, hGradient, hidden } =
        buffers;
      wasm.gruAfterBackward(
        at(gates, row * 3 * hidden),
        at(gateGradients, row * 3 * hidden),
        at(productGradients, row * 3 * hidden),
        at(candidateProduct, row * hidden),
        at(h, previous * hidden),
        at(hGradient, previous * hidden),
        at(hGradient, next * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeGatesForward({ gates, h, resetState, hidden }, row, previous, _next, rows) {
      wasm.gruBeforeGatesForward(
        at(gates, row * 3 * hidden),
        at(h, previous * hidden),
        at(resetState, row * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeCandidateForward({ gates, h, hidden }, row, previous, next, rows) {
      wasm.gruBeforeCandidateForward(
        at(gates, row * 3 * hidden),
        at(h, previous * hidden),
        at(h, next * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeCandidateBackward(
      { gates, gateGradients, h, hGradient, hidden },
      row,
      previous,
      next,
      rows,
    ) {
      wasm.gruBeforeCandidateBackward(
        at(gates, row * 3 * hidden),
        at(gateGradients, row * 3 * hidden),
        at(h, previous * hidden),
        at(hGradient, next * hidden),
        rows,
        hidden,
      );
    },
    gruBeforeGatesBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, resetStateGradient, h, hGradient, hidden } = buffers;
      wasm.gruBeforeGatesBackward(
        at(gates, row * 3 * hidden),
        at(gateGradients, row * 3 * hidden),
        at(resetStateGradient, row * hidden),
        at(h, previous * hidden),
        at(hGradient, previous * hidden),
        at(hGradient, next * hidden),
        rows,
        hidden,
      );
    },
  };
}
