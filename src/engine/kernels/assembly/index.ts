/** Everything that the engine calls. The specification of each is a function of ../reference.ts. */
export {
  accumulateOuter,
  multiply,
  outerScratchLength,
  pack,
  packedLength,
  packTransposed,
} from "./product";
export { accumulateColumnSums, fillRows } from "./rows";
export { rnnForward, rnnBackward } from "./rnn";
export { lstmForward, lstmBackward } from "./lstm";
export { gruAfterForward, gruAfterBackward } from "./gruAfter";
export {
  gruBeforeCandidateBackward,
  gruBeforeCandidateForward,
  gruBeforeGatesBackward,
  gruBeforeGatesForward,
} from "./gruBefore";
