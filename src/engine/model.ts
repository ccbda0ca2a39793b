/** A network as numbers: its parameters, with their gradients, where kernels can reach them. */
import type { InitializationConfig, LayerConfig } from "../config/schema.ts";
import type { CellFunctions } from "../trace/cellFunctions.ts";
import { gatesOf } from "../trace/names.ts";
import type { Direction, ModelDescription, Real } from "../trace/trace.ts";
import type { CellWeights } from "./cells/cell.ts";
import { describeModel } from "./describeModel.ts";
import { fillNormal, fillUniform, initializeCell } from "./init.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { LossOptions } from "./losses/takeLoss.ts";
import { namingOf, parameterShapes, sizeOf } from "./parameterShapes.ts";
import type { Random } from "./rng.ts";
import type { DecoderSpec } from "./sequenceToSequence/decoderSpec.ts";

/** What models of other frameworks may have: `reverseOnly` reads backwards and not forwards. */
export type LayerSpec = LayerConfig & {
  readonly reverseOnly?: true;
  readonly functions?: CellFunctions;
};

export interface ModelSpec {
  readonly input: ModelDescription["input"];
  /** The first one is next to the input. With a decoder, these are the encoder's. */
  readonly layers: readonly LayerSpec[];
  readonly decoder?: DecoderSpec;
  readonly pooling?: ModelDescription["pooling"];
  /** A layer's own goes before it. */
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
   * (weight_hr, peephole, layer_norm_…), then output.weight,
   * output.bias where the output is linear. A decoder's own begin
   * with `decoder.` and stand between, followed by bridge.… and attention.….
   */
  readonly parameters: readonly Parameter[];
}

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
  const specs = [...spec.layers, ...(spec.decoder?.layers ?? [])];

  // As torch.nn.Embedding begins.
  for (const { name, value } of parameters) {
    if (name.endsWith("embedding.weight")) fillNormal(value, random);
  }
  for (const [index, layer] of description.layers.entries()) {
    const forgetBlock = layer.cell === "lstm" ? gatesOf.lstm.indexOf("f") : undefined;
    for (const direction of layer.directions) {
      initializeCell(cellWeights(model, index, direction), {
        initialization: { ...spec.initialization, ...specs[index].initialization },
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
