/** How the axes of arrays that Python saved lie: T steps, B sequences, and which of them comes first. */
import { isWhole, realsOf, wholeNumbersOf, type FileTensor } from "../formats/fileTensor.ts";
import { requireReal } from "../models/stateDict.ts";
import type { Real } from "../trace/trace.ts";

export interface Place {
  /** T and B. */
  readonly steps: number;
  readonly size: number;
  /** The input has no axis for the batch. */
  readonly single: boolean;
  readonly batchFirst: boolean;
}

export const shown = (shape: readonly number[]): string => `(${shape.join(",")})`;

/** Whole or real; throws `UserError` for numbers of any other kind. */
export function numbersOf(name: string, tensor: FileTensor): Real {
  if (isWhole(tensor)) return wholeNumbersOf(tensor);
  requireReal(name, tensor);
  return realsOf(tensor);
}

/** (B,T,width) as (T,B,width), where it is not so already. */
export function timeFirst<Numbers extends Real>(
  numbers: Numbers,
  place: Place,
  width: number,
): Numbers {
  if (!place.batchFirst) return numbers;
  const { steps, size } = place;
  const out = numbers.slice() as Numbers;
  for (let b = 0; b < size; b++) {
    for (let t = 0; t < steps; t++) {
      const from = (b * steps + t) * width;
      out.set(numbers.subarray(from, from + width), (t * size + b) * width);
    }
  }
  return out;
}
