/** Means over several updates, kept as sums so that a checkpoint can hold them half way. */
import { noSums, type Sums } from "../runs/trainingProgress.ts";

export interface UpdateMeasurement {
  /** Mean over `weight` positions. */
  readonly loss: number;
  readonly weight: number;
  /** L2 norm of the whole gradient before and after clipping. */
  readonly gradientNorm: number;
  readonly clippedNorm: number;
}

export function addTo(sums: Sums, one: UpdateMeasurement): void {
  sums.updates++;
  sums.loss += one.loss * one.weight;
  sums.weight += one.weight;
  sums.gradientNorm += one.gradientNorm;
  sums.clippedNorm += one.clippedNorm;
  if (one.clippedNorm < one.gradientNorm) sums.clipped++;
}

/** Undefined when nothing was measured. */
export function meanOf(
  sums: Sums,
): (Omit<UpdateMeasurement, "weight"> & { readonly clippedShare: number }) | undefined {
  if (sums.updates === 0) return undefined;
  return {
    loss: sums.weight > 0 ? sums.loss / sums.weight : 0,
    gradientNorm: sums.gradientNorm / sums.updates,
    clippedNorm: sums.clippedNorm / sums.updates,
    clippedShare: sums.clipped / sums.updates,
  };
}

export const emptySums = (): Sums => ({ ...noSums });
