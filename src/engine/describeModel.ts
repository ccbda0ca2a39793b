/** A network in numbers, as its spec asks for it: the sizes of its layers, and how they fit each other. Nothing is allocated. */
import {
  widthOf,
  type Direction,
  type LayerDescription,
  type ModelDescription,
} from "../trace/trace.ts";
import type { LayerSpec, ModelSpec } from "./model.ts";
import { parameterShapes, sizeOf } from "./parameterShapes.ts";
import { describeDecoder } from "./sequenceToSequence/decoderSpec.ts";

export function describeModel(spec: ModelSpec): ModelDescription {
  const { input, output, loss, pooling } = spec;
  const encoder = describeLayers(spec.layers, inputSizeOf(input));
  const decoder = spec.decoder && describeDecoder(spec.decoder, encoder);
  const layers = decoder
    ? [...encoder, ...describeLayers(spec.decoder?.layers ?? [], decoder.inputSize)]
    : encoder;
  const described = {
    input,
    layers,
    ...(decoder && { decoder: decoder.description }),
    ...(pooling && { pooling }),
    output,
  };
  const shapes = parameterShapes(described);
  const parameterCount = shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { ...described, loss, parameterCount };
}

function describeLayers(layers: readonly LayerSpec[], firstInput: number): LayerDescription[] {
  let inputSize = firstInput;
  if (layers[0]?.residual) {
    throw new Error("The first layer's input cannot be added to what it hands on.");
  }
  return layers.map((layer): LayerDescription => {
    const description: LayerDescription = {
      cell: layer.cell,
      hidden: layer.hidden,
      inputSize,
      directions: directionsOf(layer),
      ...(layer.cell === "rnn" && { nonlinearity: layer.nonlinearity }),
      ...(layer.cell === "gru" && { reset: layer.reset }),
      ...(layer.cell === "lstm" && layer.projection && { projection: layer.projection }),
      ...(layer.cell === "lstm" && layer.peepholes && { peepholes: true }),
      ...(layer.layerNorm && { layerNorm: true }),
      ...(layer.functions && { functions: layer.functions }),
      ...(layer.dropout && { dropout: layer.dropout }),
      ...(layer.variational && { variational: true }),
      ...(layer.residual && { residual: true }),
    };
    if (layer.residual && inputSize !== outputSizeOf(description)) {
      throw new Error(
        `A layer that hands on ${outputSizeOf(description)} numbers cannot add the ${inputSize} of its input to them.`,
      );
    }
    inputSize = outputSizeOf(description);
    return description;
  });
}

function directionsOf({ bidirectional, reverseOnly }: LayerSpec): readonly Direction[] {
  if (reverseOnly) return ["reverse"];
  return bidirectional ? ["forward", "reverse"] : ["forward"];
}

/** All layers, or in an encoder-decoder those that read the source. */
export const encoderLayers = ({ layers, decoder }: ModelDescription): readonly LayerDescription[] =>
  decoder ? layers.slice(0, decoder.firstLayer) : layers;

/** What a layer hands on at each step: h of all its directions. */
export const outputSizeOf = (layer: LayerDescription): number =>
  widthOf(layer, "h") * layer.directions.length;

/** I of layer 0: numbers per step, an embedding's, or one per token of the vocabulary. */
export function inputSizeOf(input: ModelDescription["input"]): number {
  return input.kind === "dense" ? input.size : (input.embedding ?? input.vocabulary);
}

export function hasEmbedding(
  input: ModelDescription["input"],
): input is { kind: "tokens"; vocabulary: number; embedding: number } {
  return input.kind === "tokens" && input.embedding !== undefined;
}
