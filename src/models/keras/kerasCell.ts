/**
 * Keras's SimpleRNN, LSTM and GRU in our terms. The one place that knows Keras's conventions
 * (keras/src/layers/rnn/lstm.py and its kin):
 *   kernel (I,G·H)   recurrent_kernel (H,G·H)   bias (G·H), or for a GRU with reset_after (2,3·H): input's, then recurrent's
 * Gates: LSTM i,f,c,o, which are ours i,f,g,o.  GRU z,r,h — ours r,z,n.
 */
import { UserError } from "../../config/problem.ts";
import { realsOf } from "../../formats/fileTensor.ts";
import type { Cell, Direction, LayerDescription, Real } from "../../trace/trace.ts";
import { reorderBlocks } from "../reorderBlocks.ts";
import { requireReal } from "../stateDict.ts";
import { transposed } from "../transposed.ts";
import { readKerasFunctions } from "./kerasFunctions.ts";
import { layerOf, type KerasConfig, type KerasLayer } from "./kerasLayers.ts";
import type { LayerWeights, Weight } from "./kerasWeights.ts";

export type MergeMode = "concat" | "sum" | "ave";

export interface KerasCell {
  readonly layer: LayerDescription;
  /** By our names without a layer's number: `weight_ih`, `weight_ih_reverse`. */
  readonly parameters: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly data: Real }
  >;
  readonly returnsSequences: boolean;
  /** All its states, last step first. */
  readonly handsOnBackwards: boolean;
  /** Of a Bidirectional: how its directions become one. */
  readonly merge: MergeMode;
  readonly untraceable?: string;
}

const cells: Readonly<Record<string, Cell>> = { SimpleRNN: "rnn", LSTM: "lstm", GRU: "gru" };
/** Keras's block for each of ours. */
const gateOrder: Readonly<Record<Cell, readonly number[]>> = {
  rnn: [0],
  lstm: [0, 1, 2, 3],
  gru: [1, 0, 2],
};

/** The recurrent layer itself, or the one inside a Bidirectional. */
export function recurrentOf(layer: KerasLayer): KerasLayer | undefined {
  const inner = layer.className === "Bidirectional" ? layerOf(layer.config.layer) : layer;
  return inner && Object.hasOwn(cells, inner.className) ? inner : undefined;
}

/** Throws `UserError` for weights that are missing or do not fit each other. */
export function readKerasCell(
  outer: KerasLayer,
  inner: KerasLayer,
  weights: LayerWeights,
  version: string,
): KerasCell {
  const cell = cells[inner.className];
  const { config } = inner;
  const isBidirectional = outer.className === "Bidirectional";
  const directions: readonly Direction[] = isBidirectional
    ? ["forward", "reverse"]
    : [config.go_backwards === true ? "reverse" : "forward"];
  const parameters = new Map<string, { shape: readonly number[]; data: Real }>();
  let sizes = { hidden: 0, inputSize: 0, resetAfter: false };
  for (const direction of directions) {
    // Alone, a layer that reads backwards has its weights where any layer has them.
    const side = isBidirectional ? direction : "forward";
    const take = (role: "kernel" | "recurrent_kernel" | "bias") => weights.get(`${side} ${role}`);
    const read = convert(outer.name, cell, take("kernel"), take("recurrent_kernel"), take("bias"));
    const suffix = direction === "reverse" ? "_reverse" : "";
    for (const [name, parameter] of read.parameters) parameters.set(name + suffix, parameter);
    sizes = read;
  }
  const { hidden, inputSize, resetAfter } = sizes;
  const { nonlinearity, functions, untraceable } = readKerasFunctions(config, cell, version);
  // Where there is no bias, only the config tells.
  const reset = resetAfter || config.reset_after === true ? "after" : "before";
  const merge = mergeOf(outer);
  const reason = untraceable ?? untraceableReason(outer, config);
  return {
    layer: {
      cell,
      hidden,
      inputSize,
      directions,
      ...(cell === "rnn" && { nonlinearity }),
      ...(cell === "gru" && { reset }),
      ...(functions && { functions }),
    },
    parameters,
    returnsSequences: config.return_sequences === true,
    handsOnBackwards: config.go_backwards === true && config.return_sequences === true,
    merge,
    ...(reason !== undefined && { untraceable: `"${outer.name}" ${reason}` }),
  };
}

function convert(
  name: string,
  cell: Cell,
  kernel: Weight | undefined,
  recurrent: Weight | undefined,
  bias: Weight | undefined,
) {
  if (!kernel || !recurrent) {
    throw new UserError("model", `The weights of the layer "${name}" are not in the file.`);
  }
  for (const weight of [kernel, recurrent, ...(bias ? [bias] : [])])
    requireReal(weight.source, weight.tensor);
  const [inputSize, rows] = kernel.tensor.shape;
  const [hidden, columns] = recurrent.tensor.shape;
  const order = gateOrder[cell];
  const biasShape = bias?.tensor.shape.join();
  const resetAfter = biasShape === `2,${rows}` && cell === "gru";
  const fits =
    kernel.tensor.shape.length === 2 &&
    recurrent.tensor.shape.length === 2 &&
    rows === columns &&
    rows === order.length * hidden &&
    hidden > 0 &&
    (biasShape === undefined || biasShape === String(rows) || resetAfter);
  if (!fits) {
    throw new UserError(
      "model",
      `The weights of the layer "${name}" do not fit a ${cell}: kernel (${kernel.tensor.shape.join(",")}), recurrent kernel (${recurrent.tensor.shape.join(",")}), bias (${biasShape ?? "none"}).`,
    );
  }
  const turned = (weight: Weight, inner: number): Real =>
    reorderBlocks(transposed(realsOf(weight.tensor), inner, rows), order);
  const parameters = new Map<string, { shape: readonly number[]; data: Real }>([
    ["weight_ih", { shape: [rows, inputSize], data: turned(kernel, inputSize) }],
    ["weight_hh", { shape: [rows, hidden], data: turned(recurrent, hidden) }],
  ]);
  if (bias) {
    const values = realsOf(bias.tensor);
    parameters.set("bias_ih", {
      shape: [rows],
      data: reorderBlocks(values.subarray(0, rows), order),
    });
    if (resetAfter) {
      parameters.set("bias_hh", {
        shape: [rows],
        data: reorderBlocks(values.subarray(rows), order),
      });
    }
  }
  return { hidden, inputSize, resetAfter, parameters };
}

/** Concatenated where nothing else can be said; `untraceableReason` tells of the others. */
const mergeOf = ({ config }: KerasLayer): MergeMode =>
  config.merge_mode === "sum" || config.merge_mode === "ave" ? config.merge_mode : "concat";

/** Undefined for what the engine computes as Keras does. */
function untraceableReason(outer: KerasLayer, config: KerasConfig): string | undefined {
  if (outer.className !== "Bidirectional") return undefined;
  const { merge_mode: merge = "concat" } = outer.config;
  if (merge !== "concat" && merge !== "sum" && merge !== "ave") {
    return merge === null
      ? "hands its directions on one by one."
      : `merges its directions by ${JSON.stringify(merge)}.`;
  }
  return config.go_backwards === true ? "reads backwards first, then forwards." : undefined;
}
