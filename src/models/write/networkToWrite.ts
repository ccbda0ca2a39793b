/** A network made ready to be written: every parameter is there, and nothing is in it that no other framework has. */
import { UserError } from "../../config/problem.ts";
import { statesOf } from "../../trace/names.ts";
import {
  widthOf,
  type DecoderDescription,
  type Direction,
  type LayerDescription,
  type Real,
} from "../../trace/trace.ts";
import type { ModelNetwork } from "../modelContents.ts";

/** Gates in our order, i f g o and r z n; biases are zeros where there are none. */
export interface CellToWrite {
  /** (G·H,I) */
  readonly weightIh: Real;
  /** (G·H,H) */
  readonly weightHh: Real;
  /** (G·H) */
  readonly biasIh: Real;
  readonly biasHh: Real;
  /** (3,H) in order i,f,o. */
  readonly peepholes?: Real;
}

export const blockCounts = { rnn: 1, gru: 3, lstm: 4 } as const;

/** What only training knows of. */
const ofTraining = ["dropout", "variational"] satisfies readonly (keyof LayerDescription)[];

/** What a recurrent layer may say of itself in a format; whatever else it says makes it another layer. */
const expressible = {
  ONNX: new Set<string>([
    ...(["cell", "hidden", "inputSize", "directions", "nonlinearity", "reset"] as const),
    ...(["residual", "peepholes"] as const),
    ...ofTraining,
  ] satisfies readonly (keyof LayerDescription)[]),
  PyTorch: new Set<string>([
    ...(["cell", "hidden", "inputSize", "directions", "nonlinearity", "reset"] as const),
    ...(["residual", "peepholes", "projection", "layerNorm"] as const),
    ...ofTraining,
  ] satisfies readonly (keyof LayerDescription)[]),
} as const;

/** What the written decoder computes; whatever else one says makes it another. */
const decoderFacts: ReadonlySet<string> = new Set([
  ...(["firstLayer", "vocabulary", "embedding", "start", "context", "attention"] as const),
] satisfies readonly (keyof DecoderDescription)[]);
const attentionFacts: ReadonlySet<string> = new Set(["score", "size"]);

function requireKnownDecoder(decoder: DecoderDescription): void {
  const odd =
    Object.keys(decoder).find((key) => !decoderFacts.has(key)) ??
    Object.keys(decoder.attention ?? {}).find((key) => !attentionFacts.has(key));
  if (odd === undefined) return;
  throw new UserError("model", `A decoder with "${odd}" is not written as a PyTorch module.`, {
    advice: "Save the model as .safetensors, which keeps all of its weights.",
  });
}

/** Throws `UserError` for what `format` cannot say. */
export function requireExpressible(network: ModelNetwork, format: keyof typeof expressible): void {
  const { layers, initialStates, untraceable, decoder, inputNorm, output } = network;
  if (untraceable !== undefined) {
    throw new UserError("model", `${format} would compute something else: ${untraceable}`, {
      advice: "Save the model as .safetensors or .pt, which keep its weights alone.",
    });
  }
  if (decoder && format === "ONNX") {
    throw new UserError(
      "model",
      "A decoder goes on until it has written an end, and reads what it wrote: that is a program, which is not written as an ONNX graph.",
      { advice: "Save the model as .py, which translates in PyTorch, or as .safetensors." },
    );
  }
  if (decoder) requireKnownDecoder(decoder);
  if (inputNorm || output.norm) {
    throw new UserError("model", "The layer normalization around this network is not written.", {
      advice: "Save the model as .safetensors or .pt, which keep its weights.",
    });
  }
  for (const [index, layer] of layers.entries()) {
    const odd = Object.entries(layer).find(
      ([key, value]) => !expressible[format].has(key) && value !== undefined && value !== false,
    );
    if (odd) {
      throw new UserError("model", `${format} has no recurrent layer with "${odd[0]}".`, {
        advice: `Layer ${index} has it. ${
          format === "ONNX" ? "Save the model as .py, or as" : "Save the model as"
        } .safetensors, which keeps all of its weights.`,
      });
    }
  }
  if (initialStates && initialStates.size > 0) {
    throw new UserError("model", "This model starts from states of its own, not from zero.", {
      advice: "Save it as .safetensors.",
    });
  }
}

export function parameterData({ parameters }: ModelNetwork, name: string): Real | undefined {
  return parameters.find((parameter) => parameter.name === name)?.data;
}

/** The cell's weights, with zeros for biases that are not there. */
export function cellToWrite(
  network: ModelNetwork,
  layer: number,
  direction: Direction,
): CellToWrite {
  const { cell, hidden, peepholes } = network.layers[layer];
  const nameOf = (part: string): string => parameterName(network, part, layer, direction);
  const matrix = (part: string): Real => {
    const found = parameterData(network, nameOf(part));
    if (!found) throw new Error(`The network has no ${nameOf(part)}.`);
    return found;
  };
  const bias = (part: string): Real =>
    parameterData(network, nameOf(part)) ?? new Float32Array(blockCounts[cell] * hidden);
  return {
    weightIh: matrix("weight_ih"),
    weightHh: matrix("weight_hh"),
    biasIh: bias("bias_ih"),
    biasHh: bias("bias_hh"),
    ...(peepholes && { peepholes: matrix("peephole") }),
  };
}

/** Whether a layer of PyTorch's own has biases at all. */
export const hasBias = (network: ModelNetwork, layer: number): boolean =>
  ["bias_ih", "bias_hh"].some(
    (part) => parameterData(network, parameterName(network, part, layer, "forward")) !== undefined,
  );

/** `weight_ih_l0_reverse`; a decoder counts its layers from 0: `decoder.weight_ih_l0`. */
function parameterName(
  { decoder }: ModelNetwork,
  part: string,
  layer: number,
  direction: Direction,
): string {
  const decodes = decoder !== undefined && layer >= decoder.firstLayer;
  const number = decodes ? layer - decoder.firstLayer : layer;
  return `${decodes ? "decoder." : ""}${part}_l${number}${direction === "reverse" ? "_reverse" : ""}`;
}

/** Numbers in h, and for an LSTM in c. */
export const stateWidths = (layer: LayerDescription): readonly number[] =>
  statesOf[layer.cell].map((state) => widthOf(layer, state));

/** Numbers that a layer hands on at each step: h of all its directions. */
export const outputWidth = (layer: LayerDescription): number =>
  widthOf(layer, "h") * layer.directions.length;

/** Whether what stands at step 0 makes the states to begin with. */
export const isConditioned = ({ input }: ModelNetwork): boolean => input.condition !== undefined;

/** Whether nothing is read at any step but for that. */
export const isSilent = ({ input }: ModelNetwork): boolean =>
  input.kind === "dense" && input.condition !== undefined && !input.readsOn;

/** True for input that is one number per token of a vocabulary. */
export const isOneHot = ({ input }: ModelNetwork): boolean =>
  input.kind === "tokens" && input.embedding === undefined;
