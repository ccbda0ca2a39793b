/** Which steps a layer computes: an encoder's those of the source, a decoder's those after them. */
import type { ModelDescription } from "../../src/trace/trace.ts";

interface Sequence {
  readonly model: Pick<ModelDescription, "decoder">;
  readonly steps: number;
  readonly sourceSteps?: number;
}

/** Half-open. */
export function stepsOfLayer(
  { model, steps, sourceSteps }: Sequence,
  layer: number,
): readonly [from: number, to: number] {
  if (sourceSteps === undefined || !model.decoder) return [0, steps];
  return layer < model.decoder.firstLayer ? [0, sourceSteps] : [sourceSteps, steps];
}
