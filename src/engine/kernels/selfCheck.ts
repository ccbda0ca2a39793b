/** A short comparison of kernels with the reference, on this machine: for compilers that are asked for something new. */
import type { Real } from "../../trace/trace.ts";
import { createRandom } from "../rng.ts";
import type { LstmBuffers } from "../cells/lstm.ts";
import type { LstmVariantBuffers } from "../cells/lstmVariant.ts";
import type { RowNormBuffers } from "../cells/rowNorm.ts";
import type { Kernels } from "./kernels.ts";
import { referenceKernels } from "./reference.ts";

const tolerance = 1e-4;
/** Around tiles of 2 × 16 and 4 × 16 and the vector of 4, none of them, and beyond the depth that a product is cut into. */
const sizes = [
  { rows: 2, hidden: 16 },
  { rows: 5, hidden: 19 },
  { rows: 32, hidden: 64 },
  { rows: 7, hidden: 70 },
];

/** Whether products, a cell's passes and an optimizer's step come out as the reference has them. */
export function agreeWithReference(kernels: Kernels): boolean {
  const reference = referenceKernels("float32");
  return sizes.every((size, seed) => {
    const found = exercise(kernels, size, seed);
    const expected = exercise(reference, size, seed);
    return found.every((values, index) =>
      values.every((value, k) => {
        const wanted = expected[index][k];
        return Math.abs(value - wanted) <= tolerance * (1 + Math.abs(wanted));
      }),
    );
  });
}

/** Everything that steps of LSTMs, with normalization and without, and of Adam leave behind. */
function exercise(
  kernels: Kernels,
  { rows, hidden }: { readonly rows: number; readonly hidden: number },
  seed: number,
): readonly Real[] {
  const random = createRandom(seed);
  const filled = (length: number): Real => {
    const buffer = kernels.allocate(length);
    for (let k = 0; k < length; k++) buffer[k] = Math.fround(random.normal());
    return buffer;
  };
  const width = 4 * hidden;
  const weight = filled(width * hidden);
  const packed = kernels.allocatePacked(width, hidden);
  const transposed = kernels.allocatePacked(hidden, width);
  kernels.pack(packed, weight, 0);
  kernels.packTransposed(transposed, weight, 0);
  const states = 2 * rows * hidden;
  const buffers: LstmBuffers = {
    hidden,
    gates: filled(rows * width),
    gateGradients: kernels.allocate(rows * width),
    h: filled(states),
    hGradient: filled(states),
    c: filled(states),
    cGradient: filled(states),
    tanhC: kernels.allocate(rows * hidden),
  };
  const { gates, gateGradients, h, hGradient, c, cGradient } = buffers;
  kernels.multiply(gates, 0, width, h, 0, hidden, packed, rows, true);
  kernels.cells.lstmForward(buffers, 0, 0, rows, rows);
  kernels.cells.lstmBackward(buffers, 0, 0, rows, rows);
  kernels.multiply(hGradient, 0, hidden, gateGradients, 0, width, transposed, rows, true);
  const gradient = kernels.allocate(width * hidden);
  kernels.accumulateOuter(gradient, 0, gateGradients, 0, width, width, h, 0, hidden, hidden, rows);
  const variant: LstmVariantBuffers = {
    ...buffers,
    peepholes: filled(3 * hidden),
    y: filled(states),
    beta: filled(hidden),
    yGradient: filled(rows * hidden),
    throughY: filled(rows * hidden),
  };
  const { lstmStateForward, lstmOutputForward, lstmOutputBackward, lstmStateBackward } =
    kernels.lstmVariant;
  for (const pass of [lstmStateForward, lstmOutputForward, lstmOutputBackward, lstmStateBackward]) {
    pass(variant, 0, 0, rows, rows);
  }
  const norm: RowNormBuffers = {
    columns: width,
    values: filled(rows * width),
    gradient: kernels.allocate(rows * width),
    inverse: kernels.allocate(rows),
    gain: filled(width),
    gainOffset: 0,
    groups: [width],
    epsilon: 1e-5,
  };
  kernels.rowNorm.normalizeRows(norm, 0, rows, gates, 0, width, true);
  kernels.rowNorm.normalizeRowsBackward(norm, 0, rows, gateGradients, 0, width);
  const { yGradient } = variant;
  const mean = kernels.allocate(weight.length);
  const meanSquare = kernels.allocate(weight.length);
  const constants = {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-3,
    coupledDecay: 0.01,
    kept: 1,
    stepSize: 0.01,
    correction: 0.03,
  };
  kernels.adam({ value: weight, gradient, mean, meanSquare }, constants, 0, weight.length);
  const ofStates = [gates, gateGradients, h, hGradient, c, cGradient, yGradient];
  return [...ofStates, norm.values, norm.gradient, gradient, weight, mean, meanSquare];
}
