/** The passes of what cells may have beside their gates, in WebAssembly: peepholes and layer normalization. */
import type { LstmVariantPasses } from "../cells/lstmVariant.ts";
import type { RowNormPasses } from "../cells/rowNorm.ts";
import { addressOf as at } from "./simdCells.ts";

/** What assembly/index.ts exports for them. Pointers are in bytes, sizes in floats. */
export interface VariantExports {
  lstmStateForward(...pointersAndSizes: number[]): void;
  lstmOutputForward(...pointersAndSizes: number[]): void;
  lstmOutputBackward(...pointersAndSizes: number[]): void;
  lstmStateBackward(...pointersAndSizes: number[]): void;
  normalizeRows(
    x: number,
    xStride: number,
    inverse: number,
    inverseStride: number,
    gain: number,
    out: number,
    outStride: number,
    width: number,
    rows: number,
    epsilon: number,
    accumulate: number,
  ): void;
  normalizeRowsBackward(
    x: number,
    gradient: number,
    xStride: number,
    inverse: number,
    inverseStride: number,
    gain: number,
    dOut: number,
    dOutStride: number,
    width: number,
    rows: number,
  ): void;
}

export function lstmVariantPasses(wasm: VariantExports): LstmVariantPasses {
  return {
    lstmStateForward({ gates, peepholes, c, hidden }, row, previous, next, rows) {
      wasm.lstmStateForward(
        at(gates, row * 4 * hidden),
        at(peepholes, 0),
        at(c, previous * hidden),
        at(c, next * hidden),
        rows,
        hidden,
      );
    },
    lstmOutputForward(buffers, row, _previous, next, rows) {
      const { gates, peepholes, c, y, beta, h, tanhC, hidden } = buffers;
      wasm.lstmOutputForward(
        at(gates, row * 4 * hidden),
        at(peepholes, 0),
        at(c, next * hidden),
        at(y, next * hidden),
        at(beta, 0),
        at(h, next * hidden),
        at(tanhC, row * hidden),
        rows,
        hidden,
      );
    },
    lstmOutputBackward(buffers, row, _previous, next, rows) {
      const { gates, gateGradients, peepholes, cGradient, hGradient, yGradient, tanhC, hidden } =
        buffers;
      wasm.lstmOutputBackward(
        at(gates, row * 4 * hidden),
        at(gateGradients, row * 4 * hidden),
        at(peepholes, 0),
        at(cGradient, next * hidden),
        at(hGradient, next * hidden),
        at(yGradient, row * hidden),
        at(tanhC, row * hidden),
        rows,
        hidden,
      );
    },
    lstmStateBackward(buffers, row, previous, next, rows) {
      const { gates, gateGradients, peepholes, c, cGradient, throughY, hidden } = buffers;
      wasm.lstmStateBackward(
        at(gates, row * 4 * hidden),
        at(gateGradients, row * 4 * hidden),
        at(peepholes, 0),
        at(c, previous * hidden),
        at(cGradient, previous * hidden),
        at(cGradient, next * hidden),
        at(throughY, row * hidden),
        rows,
        hidden,
      );
    },
  };
}

export function rowNormPasses(wasm: VariantExports): RowNormPasses {
  return {
    normalizeRows(buffers, row, rows, out, outOffset, outStride, accumulate) {
      const { columns, values, inverse, gain, gainOffset, groups, epsilon } = buffers;
      let column = 0;
      for (let group = 0; group < groups.length; group++) {
        wasm.normalizeRows(
          at(values, row * columns + column),
          columns,
          at(inverse, row * groups.length + group),
          groups.length,
          at(gain, gainOffset + column),
          at(out, outOffset + column),
          outStride,
          groups[group],
          rows,
          epsilon,
          accumulate ? 1 : 0,
        );
        column += groups[group];
      }
    },
    normalizeRowsBackward(buffers, row, rows, dOut, dOutOffset, dOutStride) {
      const { columns, values, gradient, inverse, gain, gainOffset, groups } = buffers;
      let column = 0;
      for (let group = 0; group < groups.length; group++) {
        wasm.normalizeRowsBackward(
          at(values, row * columns + column),
          at(gradient, row * columns + column),
          columns,
          at(inverse, row * groups.length + group),
          groups.length,
          at(gain, gainOffset + column),
          at(dOut, dOutOffset + column),
          dOutStride,
          groups[group],
          rows,
        );
        column += groups[group];
      }
    },
  };
}
