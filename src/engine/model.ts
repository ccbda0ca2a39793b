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
import { fillNormal, fillUniform, initializeCell } from "./init.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { LossOptions } from "./losses/takeLoss.ts";
import type { Random } from "./rng.ts";

export interface ModelSpec {
  readonly input: ModelDescription["input"];
  /** The first one is next to the input. */
  readonly layers: readonly LayerConfig[];
  readonly initialization: InitializationConfig;
  readonly output: ModelDescription["output"];
  readonly loss: ModelDescription["loss"];
  readonly lossOptions?: LossOptions;
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
   * (weight_hr, peephole, layer_norm_…), then output.weight, output.bias where the output is linear.
   */
  readonly parameters: readonly Parameter[];
}

/** Blocks of H rows in a cell's weights. */
const gateCountOf = (cell: Cell): number => Math.max(1, gatesOf[cell].length);

/** The network in numbers, without allocating any of it. */
export function describeModel(spec: ModelSpec): ModelDescription {
  const { input, output, loss } = spec;
  let inputSize = inputSizeOf(input);
  if (spec.layers[0]?.residual) {
    throw new Error("The first layer's input cannot be added to what it hands on.");
  }
  const layers = spec.layers.map((layer): LayerDescription => {
    const description: LayerDescription = {
      cell: layer.cell,
      hidden: layer.hidden,
      inputSize,
      directions: layer.bidirectional ? ["forward", "reverse"] : ["forward"],
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
  const shapes = parameterShapes({ input, layers, output });
  const parameterCount = shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { input, layers, output, loss, parameterCount };
}

/** Allocates the parameters and draws their first values. The same seed gives the same model. */
export function createModel(
  spec: ModelSpec,
  options: { readonly kernels: Kernels; readonly random: Random },
): Model {
  const { kernels, random } = options;
  const description = describeModel(spec);
  const parameters = parameterShapes(description).map(({ name, shape }): Parameter => {
    const length = sizeOf(shape);
    return { name, shape, value: kernels.allocate(length), gradient: kernels.allocate(length) };
  });
  const model: Model = { spec, description, kernels, parameters };

  // As torch.nn.Embedding and torch.nn.Linear begin.
  if (hasEmbedding(description.input))
    fillNormal(parameterOf(model, "embedding.weight").value, random);
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
  if (description.output.linear === false) return model;
  const weight = parameterOf(model, "output.weight");
  const bound = 1 / Math.sqrt(weight.shape[1]);
  fillUniform(weight.value, bound, random);
  fillUniform(parameterOf(model, "output.bias").value, bound, random);
  return model;
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
  const suffix = suffixOf(layer, direction);
  const { cell, projection, peepholes, layerNorm } = model.description.layers[layer];
  return {
    ...(projection && { projection: parameterOf(model, `weight_hr${suffix}`) }),
    ...(peepholes && { peepholes: parameterOf(model, `peephole${suffix}`) }),
    ...(layerNorm && {
      norms: {
        input: parameterOf(model, `layer_norm_ih${suffix}`),
        recurrent: parameterOf(model, `layer_norm_hh${suffix}`),
        ...(cell === "lstm" && {
          cell: {
            gain: parameterOf(model, `layer_norm_c_weight${suffix}`),
            bias: parameterOf(model, `layer_norm_c_bias${suffix}`),
          },
        }),
      },
    }),
    weightIh: parameterOf(model, `weight_ih${suffix}`),
    weightHh: parameterOf(model, `weight_hh${suffix}`),
    biasIh: parameterOf(model, `bias_ih${suffix}`),
    biasHh: parameterOf(model, `bias_hh${suffix}`),
  };
}

/** PyTorch's: `_l0`, `_l0_reverse`. */
const suffixOf = (layer: number, direction: Direction): string =>
  direction === "forward" ? `_l${layer}` : `_l${layer}_reverse`;

/** What a layer hands on at each step: h of all its directions. */
const outputSizeOf = (layer: LayerDescription): number =>
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
  model: Pick<ModelDescription, "input" | "layers" | "output">,
): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  const { input, layers, output } = model;
  const shapes: { name: string; shape: readonly number[] }[] = [];
  if (hasEmbedding(input)) {
    shapes.push({ name: "embedding.weight", shape: [input.vocabulary, input.embedding] });
  }
  for (const [index, layer] of layers.entries()) {
    const { cell, hidden, inputSize, directions } = layer;
    const gateWidth = gateCountOf(cell) * hidden;
    for (const direction of directions) {
      const suffix = suffixOf(index, direction);
      shapes.push(
        { name: `weight_ih${suffix}`, shape: [gateWidth, inputSize] },
        { name: `weight_hh${suffix}`, shape: [gateWidth, widthOf(layer, "h")] },
        { name: `bias_ih${suffix}`, shape: [gateWidth] },
        { name: `bias_hh${suffix}`, shape: [gateWidth] },
        ...extraShapes(layer, gateWidth, suffix),
      );
    }
  }
  const top = layers.at(-1);
  if (!top) throw new Error("A model needs at least one recurrent layer.");
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
  suffix: string,
): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  return [
    ...(projection ? [{ name: `weight_hr${suffix}`, shape: [projection, hidden] }] : []),
    ...(peepholes ? [{ name: `peephole${suffix}`, shape: [3, hidden] }] : []),
    ...(layerNorm
      ? [
          { name: `layer_norm_ih${suffix}`, shape: [gateWidth] },
          { name: `layer_norm_hh${suffix}`, shape: [gateWidth] },
        ]
      : []),
    ...(layerNorm && cell === "lstm"
      ? [
          { name: `layer_norm_c_weight${suffix}`, shape: [hidden] },
          { name: `layer_norm_c_bias${suffix}`, shape: [hidden] },
        ]
      : []),
  ];
}

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
