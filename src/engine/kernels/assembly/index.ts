/** Everything that the engine calls. The specification of each is a function of ../reference.ts. */
export { multiply, multiplyScratchLength } from "./product";
export { accumulateOuter, outerScratchLength } from "./outer";
export { pack, packedLength, packTransposed } from "./pack";
export { preferTallTiles } from "./tiles";
export { fused } from "./multiplyAdd";
export { accumulateColumnProducts, accumulateColumnSums, fillRows, gatherRuns } from "./rows";
export { rnnForward, rnnBackward } from "./rnn";
export { lstmForward, lstmBackward } from "./lstm";
export { gruAfterForward, gruAfterBackward } from "./gruAfter";
export {
  gruBeforeCandidateBackward,
  gruBeforeCandidateForward,
  gruBeforeGatesBackward,
  gruBeforeGatesForward,
} from "./gruBefore";
export { lstmOutputBackward, lstmOutputForward, lstmStateBackward, lstmStateForward } from "./lstmVariant";
export { normalizeRows, normalizeRowsBackward } from "./rowNorm";
export { adam } from "./adam";
export { gatherColumns, scatterColumns } from "./columns";
export { exponentials } from "./exponential";
export { addScaled, largest, sumOfSquares } from "./elements";
