/**
 * The kernels as plain TypeScript in either precision: the specification that every other
 * implementation is tested against, what gradient checks run on, and the fallback everywhere.
 */
import { gruAfterBackward, gruAfterForward } from "../cells/gruAfter.ts";
import {
  gruBeforeCandidateBackward,
  gruBeforeCandidateForward,
  gruBeforeGatesBackward,
  gruBeforeGatesForward,
} from "../cells/gruBefore.ts";
import { lstmBackward, lstmForward } from "../cells/lstm.ts";
import {
  lstmOutputBackward,
  lstmOutputForward,
  lstmStateBackward,
  lstmStateForward,
} from "../cells/lstmVariant.ts";
import { rnnBackward, rnnForward } from "../cells/rnn.ts";
import { normalizeRows, normalizeRowsBackward } from "../cells/rowNorm.ts";
import type { Real } from "../../trace/trace.ts";
import type { Kernels, Precision } from "./kernels.ts";
import { createAccumulateOuter, createOuterScratch } from "./outerProduct.ts";
import { multiply, pack, packedLength, packTransposed } from "./products.ts";
import { adamStep } from "../optimizers/adam.ts";
import { addScaled, exponentials, largest, sumOfSquares } from "./elements.ts";
import {
  accumulateColumnProducts,
  accumulateColumnSums,
  fillRows,
  gatherColumns,
  gatherRows,
  gatherRuns,
  scatterColumns,
  scatterRows,
} from "./rows.ts";

export function referenceKernels(precision: Precision): Kernels {
  const allocate = (length: number): Real =>
    precision === "float32" ? new Float32Array(length) : new Float64Array(length);
  return {
    name: "reference",
    wide: false,
    fused: false,
    precision,
    allocate,
    allocateIntegers: (length) => new Int32Array(length),
    allocatePacked: (outputs, inputs) => ({
      data: allocate(packedLength(outputs, inputs)),
      outputs,
      inputs,
    }),
    pack,
    packTransposed,
    multiply,
    accumulateOuter: createAccumulateOuter(createOuterScratch(allocate)),
    fillRows,
    accumulateColumnSums,
    accumulateColumnProducts,
    gatherColumns,
    scatterColumns,
    gatherRows,
    gatherRuns,
    scatterRows,
    addScaled,
    sumOfSquares,
    largest,
    exponentials,
    adam: adamStep,
    cells: {
      rnnForward,
      rnnBackward,
      lstmForward,
      lstmBackward,
      gruAfterForward,
      gruAfterBackward,
      gruBeforeGatesForward,
      gruBeforeCandidateForward,
      gruBeforeCandidateBackward,
      gruBeforeGatesBackward,
    },
    lstmVariant: { lstmStateForward, lstmOutputForward, lstmOutputBackward, lstmStateBackward },
    rowNorm: { normalizeRows, normalizeRowsBackward },
  };
}
