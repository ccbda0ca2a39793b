/**
 * Which part of a network is at work at which steps. In an encoder-decoder the source's steps come first on the axis of
 * time, then the target's: the encoder reads the former, the decoder writes the latter.
 */
import type { Trace } from "../../trace/trace.ts";

/** Half-open. */
export type StepRange = readonly [from: number, to: number];

export function stepsOfLayer({ model, steps, sourceSteps }: Trace, layer: number): StepRange {
  if (!model.decoder || sourceSteps === undefined) return [0, steps];
  return layer < model.decoder.firstLayer ? [0, sourceSteps] : [sourceSteps, steps];
}

/** At which steps something is predicted. */
export function stepsOfOutput({ model, steps, sourceSteps = 0 }: Trace): StepRange {
  return model.output.at === "last-step" ? [steps - 1, steps] : [sourceSteps, steps];
}

export const isWithin = ([from, to]: StepRange, t: number): boolean => t >= from && t < to;

export const isActive = (trace: Trace, layer: number, t: number): boolean =>
  isWithin(stepsOfLayer(trace, layer), t);

/** Whether step `t` is the decoder's. */
export const isDecoding = ({ sourceSteps }: Trace, t: number): boolean =>
  sourceSteps !== undefined && t >= sourceSteps;
