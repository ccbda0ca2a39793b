/** Which parameters a network has: PyTorch's names, shapes and order. */
import { gatesOf } from "../trace/names.ts";
import {
  widthOf,
  type Cell,
  type Direction,
  type LayerDescription,
  type ModelDescription,
} from "../trace/trace.ts";
import { attentionShapes, poolingShapes } from "./attention/attentionShapes.ts";
import { conditioningShapes } from "./conditioning.ts";
import { hasEmbedding, outputSizeOf } from "./describeModel.ts";
import { bridgeShapes } from "./sequenceToSequence/decoderSpec.ts";

export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export function parameterShapes(
  model: Pick<ModelDescription, "input" | "layers" | "decoder" | "pooling" | "output">,
): readonly ParameterShape[] {
  const { input, layers, decoder, pooling, output } = model;
  const shapes: ParameterShape[] = [];
  if (hasEmbedding(input)) {
    shapes.push({ name: "embedding.weight", shape: [input.vocabulary, input.embedding] });
  }
  for (const [index, layer] of layers.entries()) {
    const { cell, hidden, inputSize, directions } = layer;
    const gateWidth = gateCountOf(cell) * hidden;
    if (decoder?.firstLayer === index && decoder.embedding !== undefined) {
      const shape = [decoder.vocabulary, decoder.embedding];
      shapes.push({ name: "decoder.embedding.weight", shape });
    }
    for (const direction of directions) {
      const { prefix, suffix } = namingOf(model, index, direction);
      shapes.push(
        { name: `${prefix}weight_ih${suffix}`, shape: [gateWidth, inputSize] },
        { name: `${prefix}weight_hh${suffix}`, shape: [gateWidth, widthOf(layer, "h")] },
        { name: `${prefix}bias_ih${suffix}`, shape: [gateWidth] },
        { name: `${prefix}bias_hh${suffix}`, shape: [gateWidth] },
        ...extraShapes(layer, gateWidth).map(({ name, shape }) => ({
          name: `${prefix}${name}${suffix}`,
          shape,
        })),
      );
    }
  }
  const top = layers.at(-1);
  if (!top) throw new Error("A model needs at least one recurrent layer.");
  if (decoder) {
    const memory = outputSizeOf(layers[decoder.firstLayer - 1]);
    shapes.push(...bridgeShapes(decoder, layers, memory));
    if (decoder.attention)
      shapes.push(...attentionShapes(decoder.attention, widthOf(top, "h"), memory));
  } else if (pooling) shapes.push(...poolingShapes(pooling, outputSizeOf(top)));
  shapes.push(...conditioningShapes(input, decoder ? layers.slice(0, decoder.firstLayer) : layers));
  if (output.norm) {
    shapes.push(
      { name: "output.norm.weight", shape: [outputSizeOf(top)] },
      { name: "output.norm.bias", shape: [outputSizeOf(top)] },
    );
  }
  if (output.linear === false) {
    if (output.size !== outputSizeOf(top)) {
      throw new Error(`The top layer hands on ${outputSizeOf(top)} numbers, not ${output.size}.`);
    }
    return shapes;
  }
  shapes.push(
    { name: "output.weight", shape: [output.size, outputSizeOf(top)] },
    { name: "output.bias", shape: [output.size] },
  );
  return shapes;
}

/** What only some cells have. PyTorch knows the first; the others are named in its manner. */
function extraShapes(
  { cell, hidden, projection, peepholes, layerNorm }: LayerDescription,
  gateWidth: number,
): readonly ParameterShape[] {
  return [
    ...(projection ? [{ name: "weight_hr", shape: [projection, hidden] }] : []),
    ...(peepholes ? [{ name: "peephole", shape: [3, hidden] }] : []),
    ...(layerNorm
      ? [
          { name: "layer_norm_ih", shape: [gateWidth] },
          { name: "layer_norm_hh", shape: [gateWidth] },
        ]
      : []),
    ...(layerNorm && cell === "lstm"
      ? [
          { name: "layer_norm_c_weight", shape: [hidden] },
          { name: "layer_norm_c_bias", shape: [hidden] },
        ]
      : []),
  ];
}

/** PyTorch's: `weight_ih_l0`, `weight_ih_l0_reverse`; a decoder counts its layers from 0: `decoder.weight_ih_l0`. */
export function namingOf(
  { decoder }: Pick<ModelDescription, "decoder">,
  layer: number,
  direction: Direction,
): { readonly prefix: string; readonly suffix: string } {
  const decodes = decoder !== undefined && layer >= decoder.firstLayer;
  const number = decodes ? layer - decoder.firstLayer : layer;
  return {
    prefix: decodes ? "decoder." : "",
    suffix: direction === "forward" ? `_l${number}` : `_l${number}_reverse`,
  };
}

/** Blocks of H rows in a cell's weights. */
const gateCountOf = (cell: Cell): number => Math.max(1, gatesOf[cell].length);

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
