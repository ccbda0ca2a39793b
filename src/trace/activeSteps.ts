/**
 * Which part of a network is at work at which steps. In an encoder-decoder the source's steps come first on the axis of
 * time, then the target's: the encoder reads the former, the decoder writes the latter.
 */
import type { Tensor, Trace } from "./trace.ts";

/** Half-open. */
export type StepRange = readonly [from: number, to: number];

type Sequence = Pick<Trace, "model" | "steps" | "sourceSteps">;

export function stepsOfLayer({ model, steps, sourceSteps }: Sequence, layer: number): StepRange {
  if (!model.decoder || sourceSteps === undefined) return [0, steps];
  return layer < model.decoder.firstLayer ? [0, sourceSteps] : [sourceSteps, steps];
}

/** At which steps a tensor on the axis of time was computed; at the others it holds zeros, or nothing at all. */
export function stepsOfTensor(
  trace: Sequence,
  { name, axes }: Pick<Tensor, "name" | "axes">,
): StepRange {
  if (axes[0] === "D") return [trace.sourceSteps ?? 0, trace.steps];
  const layer = /^(?:change\.)?(?:grad\.)?layers\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? [0, trace.steps] : stepsOfLayer(trace, Number(layer));
}

/** At which steps something is predicted. */
export function stepsOfOutput({ model, steps, sourceSteps = 0 }: Sequence): StepRange {
  return model.output.at === "last-step" ? [steps - 1, steps] : [sourceSteps, steps];
}

export const isWithin = ([from, to]: StepRange, t: number): boolean => t >= from && t < to;

export const isActive = (trace: Sequence, layer: number, t: number): boolean =>
  isWithin(stepsOfLayer(trace, layer), t);

/** Whether step `t` is the decoder's. */
export const isDecoding = ({ sourceSteps }: Sequence, t: number): boolean =>
  sourceSteps !== undefined && t >= sourceSteps;
