/** A network as numbers: its description, and its parameters with PyTorch's names, shapes and order. */
import type { InitializationConfig, LayerConfig } from "../config/schema.ts";
import { gatesOf } from "../trace/names.ts";
import {
  widthOf,
  type Cell,
  type Direction,
  type LayerDescription,
  type ModelDescription,
  type Real,
} from "../trace/trace.ts";
import type { CellWeights } from "./cells/cell.ts";
import { conditioningShapes } from "./conditioning.ts";
import { attentionShapes, poolingShapes } from "./attention/attentionShapes.ts";
import { fillNormal, fillUniform, initializeCell } from "./init.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { LossOptions } from "./losses/takeLoss.ts";
import type { Random } from "./rng.ts";
import {
  bridgeShapes,
  describeDecoder,
  type DecoderSpec,
} from "./sequenceToSequence/decoderSpec.ts";

/** `reverseOnly`: reads backwards and not forwards, which models of other frameworks may do. */
export type LayerSpec = LayerConfig & { readonly reverseOnly?: true };

export interface ModelSpec {
  readonly input: ModelDescription["input"];
  /** The first one is next to the input. With a decoder, these are the encoder's. */
  readonly layers: readonly LayerSpec[];
  readonly decoder?: DecoderSpec;
  readonly pooling?: ModelDescription["pooling"];
  readonly initialization: InitializationConfig;
  readonly output: ModelDescription["output"];
  readonly loss: ModelDescription["loss"];
  readonly lossOptions?: LossOptions;
}

export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A weight or bias with its gradient. */
export interface Parameter {
  /** As in PyTorch's `state_dict`: `weight_ih_l0`, `output.bias`, … */
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly value: Real;
  /** dL/d value; backward adds to it, callers zero it. */
  readonly gradient: Real;
}

export interface Model {
  readonly spec: ModelSpec;
  readonly description: ModelDescription;
  readonly kernels: Kernels;
  /**
   * embedding.weight, then per layer and direction weight_ih, weight_hh, bias_ih, bias_hh and what its cell has besides
   * (weight_hr, peephole, layer_norm_…), then output.weight,
   * output.bias where the output is linear. A decoder's own begin
   * with `decoder.` and stand between, followed by bridge.… and attention.….
   */
  readonly parameters: readonly Parameter[];
}

/** Blocks of H rows in a cell's weights. */
const gateCountOf = (cell: Cell): number => Math.max(1, gatesOf[cell].length);

function directionsOf({ bidirectional, reverseOnly }: LayerSpec): readonly Direction[] {
  if (reverseOnly) return ["reverse"];
  return bidirectional ? ["forward", "reverse"] : ["forward"];
}

/** The network in numbers, without allocating any of it. */
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

/** All layers, or in an encoder-decoder those that read the source. */
export const encoderLayers = ({ layers, decoder }: ModelDescription): readonly LayerDescription[] =>
  decoder ? layers.slice(0, decoder.firstLayer) : layers;

/** Allocates the parameters, whatever values they have there. */
export function layOutModel(spec: ModelSpec, kernels: Kernels): Model {
  const description = describeModel(spec);
  const parameters = parameterShapes(description).map(({ name, shape }): Parameter => {
    const length = sizeOf(shape);
    return { name, shape, value: kernels.allocate(length), gradient: kernels.allocate(length) };
  });
  return { spec, description, kernels, parameters };
}

/** Allocates the parameters and draws their first values. The same seed gives the same model. */
export function createModel(
  spec: ModelSpec,
  options: { readonly kernels: Kernels; readonly random: Random },
): Model {
  const model = layOutModel(spec, options.kernels);
  drawParameters(model, options.random);
  return model;
}

/** The same state of `random` draws the same values. */
export function drawParameters(model: Model, random: Random): void {
  const { spec, description, parameters } = model;

  // As torch.nn.Embedding begins.
  for (const { name, value } of parameters) {
    if (name.endsWith("embedding.weight")) fillNormal(value, random);
  }
  for (const [index, layer] of description.layers.entries()) {
    const forgetBlock = layer.cell === "lstm" ? gatesOf.lstm.indexOf("f") : undefined;
    for (const direction of layer.directions) {
      initializeCell(cellWeights(model, index, direction), {
        initialization: spec.initialization,
        hidden: layer.hidden,
        forgetBlock,
        random,
      });
    }
  }
  // As torch.nn.Linear begins: its bias within the same bound as the weight before it.
  let bound = 1;
  for (const { name, shape, value } of parameters) {
    if (!/^(?:condition|bridge|attention|output)\./.test(name)) continue;
    if (name.endsWith(".weight")) bound = 1 / Math.sqrt(shape[shape.length - 1]);
    fillUniform(value, bound, random);
  }
}

export function parameterOf(model: Model, name: string): Parameter {
  const parameter = model.parameters.find((candidate) => candidate.name === name);
  if (!parameter) {
    const names = model.parameters.map((candidate) => candidate.name).join(", ");
    throw new Error(`The model has no parameter "${name}". It has: ${names}.`);
  }
  return parameter;
}

export function cellWeights(model: Model, layer: number, direction: Direction): CellWeights {
  const { prefix, suffix } = namingOf(model.description, layer, direction);
  const parameter = (name: string): Parameter => parameterOf(model, `${prefix}${name}${suffix}`);
  const { cell, projection, peepholes, layerNorm } = model.description.layers[layer];
  return {
    ...(projection && { projection: parameter("weight_hr") }),
    ...(peepholes && { peepholes: parameter("peephole") }),
    ...(layerNorm && {
      norms: {
        input: parameter("layer_norm_ih"),
        recurrent: parameter("layer_norm_hh"),
        ...(cell === "lstm" && {
          cell: {
            gain: parameter("layer_norm_c_weight"),
            bias: parameter("layer_norm_c_bias"),
          },
        }),
      },
    }),
    weightIh: parameter("weight_ih"),
    weightHh: parameter("weight_hh"),
    biasIh: parameter("bias_ih"),
    biasHh: parameter("bias_hh"),
  };
}

/** PyTorch's: `weight_ih_l0`, `weight_ih_l0_reverse`; a decoder counts its layers from 0: `decoder.weight_ih_l0`. */
function namingOf(
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

/** What a layer hands on at each step: h of all its directions. */
export const outputSizeOf = (layer: LayerDescription): number =>
  widthOf(layer, "h") * layer.directions.length;

export function hasEmbedding(
  input: ModelDescription["input"],
): input is { kind: "tokens"; vocabulary: number; embedding: number } {
  return input.kind === "tokens" && input.embedding !== undefined;
}

/** I of layer 0: numbers per step, an embedding's, or one per token of the vocabulary. */
function inputSizeOf(input: ModelDescription["input"]): number {
  return input.kind === "dense" ? input.size : (input.embedding ?? input.vocabulary);
}

function parameterShapes(
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

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
