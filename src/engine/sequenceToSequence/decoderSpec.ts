/** What a decoder is made of, and whether it fits its encoder. */
import type { LayerConfig } from "../../config/schema.ts";
import { looksBefore } from "../attention/attentionShapes.ts";
import { outputSizeOf } from "../describeModel.ts";
import type { ParameterShape } from "../parameterShapes.ts";
import {
  widthOf,
  type DecoderDescription,
  type LayerDescription,
  type ModelDescription,
} from "../../trace/trace.ts";

export interface DecoderSpec {
  readonly vocabulary: number;
  /** Without it tokens are one-hot. */
  readonly embedding?: number;
  /** The first one is next to the tokens. */
  readonly layers: readonly LayerConfig[];
  /** Without it: `copy` where the sizes fit, else `map`. */
  readonly start?: DecoderDescription["start"];
  readonly context?: boolean;
  readonly attention?: DecoderDescription["attention"];
}

/** Its description, and I of its lowest layer: a token, and what of the source each step reads. */
export function describeDecoder(
  spec: DecoderSpec,
  encoder: readonly LayerDescription[],
): { readonly description: DecoderDescription; readonly inputSize: number } {
  const { vocabulary, embedding, context, attention, layers } = spec;
  const fits = canCopy(spec.layers, encoder);
  const start = spec.start ?? (fits ? "copy" : "map");
  const top = encoder.at(-1);
  if (!top) throw new Error("A decoder needs an encoder to read from.");
  if (layers.some(({ bidirectional }) => bidirectional)) {
    throw new Error("A decoder cannot read backwards what it has not written yet.");
  }
  if (start === "copy" && !fits) {
    throw new Error("The encoder's last states do not fit the decoder's layers.");
  }
  const fromSource = context || (attention && looksBefore(attention)) ? outputSizeOf(top) : 0;
  return {
    description: {
      firstLayer: encoder.length,
      vocabulary,
      ...(embedding !== undefined && { embedding }),
      start,
      ...(context && { context }),
      ...(attention && { attention }),
    },
    inputSize: (embedding ?? vocabulary) + fromSource,
  };
}

/** Whether every layer of the decoder can begin where the encoder's layer of the same number ended. */
function canCopy(layers: readonly LayerConfig[], encoder: readonly LayerDescription[]): boolean {
  if (layers.length !== encoder.length) return false;
  return layers.every((layer, index) => {
    const below = encoder[index];
    const directions = below.directions.length;
    const fits = (part: string): boolean =>
      widthOf(layerWidths(layer), part) === widthOf(below, part) * directions;
    return (layer.cell === "lstm") === (below.cell === "lstm") && fits("h") && fits("c");
  });
}

const layerWidths = (layer: LayerConfig): Pick<LayerDescription, "hidden" | "projection"> => ({
  hidden: layer.hidden,
  projection: layer.cell === "lstm" ? layer.projection : undefined,
});

/** A map from the encoder's last states to h of each of the decoder's layers; see `bridge.ts`. */
export function bridgeShapes(
  { start, firstLayer }: DecoderDescription,
  layers: ModelDescription["layers"],
  memory: number,
): readonly ParameterShape[] {
  if (start !== "map") return [];
  return layers.slice(firstLayer).flatMap((layer, index) => [
    { name: `bridge.l${index}.weight`, shape: [widthOf(layer, "h"), memory] },
    { name: `bridge.l${index}.bias`, shape: [widthOf(layer, "h")] },
  ]);
}
