/** The buffers of a decoder, beside those of the encoder's pass, laid out once for (T,B) of the target. */
import { widthOf, type Real } from "../../trace/trace.ts";
import { createAdditiveScore } from "../attention/additiveScore.ts";
import { createAttention, type Attention } from "../attention/attention.ts";
import { looksBefore } from "../attention/attentionShapes.ts";
import { createCombine, prepareCombine, type Combine } from "../attention/combine.ts";
import { createMultiplicativeScore } from "../attention/multiplicativeScore.ts";
import { createHandedOn, type HandedOn } from "../layers/handOn.ts";
import {
  createRecurrentLayer,
  prepareLayer,
  type RecurrentLayer,
} from "../layers/recurrentLayer.ts";
import { parameterOf, type Model, type Parameter } from "../model.ts";
import type { Random } from "../rng.ts";
import { createBridge, prepareBridge, type Bridge } from "./bridge.ts";

export interface DecoderLayer {
  readonly recurrent: RecurrentLayer;
  readonly handed: HandedOn | undefined;
  /** (R,H): dL/d what it hands on, from all that read it at the same step. */
  readonly above: Real;
}

export interface Decoder {
  readonly description: NonNullable<Model["description"]["decoder"]>;
  readonly layers: readonly DecoderLayer[];
  readonly bridge: Bridge;
  readonly attention: Attention | undefined;
  /** Whether attention comes before the step, into its input, or after it, on the way to the output. */
  readonly looksBefore: boolean;
  readonly combine: Combine | undefined;
  /** (R) tokens that were read; −1 behind the end. */
  readonly tokens: Int32Array;
  /** E: numbers of a token in x; what comes from the source follows. */
  readonly tokenSize: number;
  /** (V,E), unless tokens are one-hot. */
  readonly table: Parameter | undefined;
  /** (R,I): what the lowest layer reads; and dL/d it. */
  readonly input: { readonly size: number; readonly values: Real; readonly gradient: Real };
  /** (B) */
  readonly lengths: Int32Array;
  readonly current: {
    /** T of the target in the last forward pass. */
    steps: number;
    shortest: number;
  };
  /** Decides when the decoder reads its own answers. */
  readonly random: Pick<Random, "uniform"> | undefined;
}

/** Undefined for a network without one. */
export function createDecoder(
  model: Model,
  encoder: Parameters<typeof createBridge>[1],
  capacity: { readonly steps: number; readonly sourceSteps: number; readonly batch: number },
  random: Pick<Random, "uniform"> | undefined,
): Decoder | undefined {
  const { kernels } = model;
  const { decoder: description, layers } = model.description;
  if (!description) return undefined;
  const { firstLayer, attention: kind, embedding, vocabulary } = description;
  const { steps, batch } = capacity;
  const rows = steps * batch;
  const bridge = createBridge(model, encoder, batch);
  const query = widthOf(layers[layers.length - 1], "h");
  const score =
    kind &&
    (kind.score === "additive"
      ? createAdditiveScore(model, capacity)
      : createMultiplicativeScore(model, kind.score, query, capacity));
  const { inputSize } = layers[firstLayer];
  return {
    description,
    layers: layers.slice(firstLayer).map((layer, index) => ({
      recurrent: createRecurrentLayer(model, firstLayer + index, "forward", { rows, batch }),
      handed: createHandedOn(layer, rows, kernels, random),
      above: kernels.allocate(rows * widthOf(layer, "h")),
    })),
    bridge,
    attention: score && createAttention(model, score, bridge.width, capacity),
    looksBefore: kind !== undefined && looksBefore(kind),
    combine: kind && !looksBefore(kind) ? createCombine(model, rows) : undefined,
    tokens: kernels.allocateIntegers(rows),
    tokenSize: embedding ?? vocabulary,
    table: embedding === undefined ? undefined : parameterOf(model, "decoder.embedding.weight"),
    input: {
      size: inputSize,
      values: kernels.allocate(rows * inputSize),
      gradient: kernels.allocate(rows * inputSize),
    },
    lengths: kernels.allocateIntegers(batch),
    current: { steps: 0, shortest: 0 },
    random,
  };
}

/** Takes over the weights as they are now. */
export function prepareDecoder(decoder: Decoder, model: Model): void {
  const { layers, bridge, attention, combine, input } = decoder;
  for (const { recurrent } of layers) {
    prepareLayer(recurrent, { kind: "dense", values: input.values, offset: 0 }, model.kernels);
  }
  prepareBridge(bridge, model);
  attention?.score.prepare();
  if (combine) prepareCombine(combine, model);
}

/** What a layer of the decoder hands on: (R,H) from `offset` on. */
export function decoderHandedOn(
  { layers }: Decoder,
  index: number,
  batch: number,
): { readonly values: Real; readonly offset: number } {
  const { handed, recurrent } = layers[index];
  if (handed) return { values: handed.value, offset: 0 };
  const [{ value, width }] = recurrent.cell.states;
  return { values: value, offset: batch * width };
}

/** What the output reads: (R,H) from `offset` on, and where dL/d it belongs. */
export function readout(
  decoder: Decoder,
  batch: number,
): {
  readonly values: Real;
  readonly offset: number;
  readonly gradient: Real;
} {
  const { combine, layers } = decoder;
  if (combine) return { values: combine.value, offset: 0, gradient: combine.gradient };
  const top = layers.length - 1;
  return { ...decoderHandedOn(decoder, top, batch), gradient: layers[top].above };
}
