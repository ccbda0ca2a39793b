/** What lies over the top recurrent layer of a Keras model: a Dense layer, or the place where a trace ends. */
import { realsOf } from "../../formats/fileTensor.ts";
import type { LayerNorm } from "../layerNorm.ts";
import { softmaxNote, type NetworkParameter } from "../modelContents.ts";
import { transposed } from "../transposed.ts";
import { normOfHanded } from "./kerasNorm.ts";
import { kerasWidth, ourColumns, ourWidth, type HandedOn } from "./kerasStack.ts";
import { passesOn, titleOf, type KerasGraph } from "./kerasGraph.ts";
import { activationOf, layerOf, type KerasLayer } from "./kerasLayers.ts";

export interface KerasHead {
  readonly size?: number;
  /** Between the recurrent layers and what follows. */
  readonly norm?: LayerNorm;
  /** A softmax follows. */
  readonly softmax?: boolean;
  readonly parameters: readonly NetworkParameter[];
  readonly notes: readonly string[];
}

/** The Dense layer that reads what the top recurrent layer hands on, `handed`. */
export function headOf(graph: KerasGraph, top: string, handed: HandedOn): KerasHead {
  const seen = new Set<string>();
  let norm: LayerNorm | undefined;
  const ends = (notes: readonly string[]): KerasHead => ({
    parameters: [],
    notes,
    ...(norm && { norm }),
  });
  for (let name = top; ;) {
    const readers = [...graph.layers.values()].filter(({ inputs }) => inputs.includes(name));
    if (readers.length !== 1 || seen.has(name)) {
      const notes =
        readers.length > 1
          ? [
              `The trace ends where several layers read the same: ${readers.map(titleOf).join(", ")}.`,
            ]
          : [];
      return ends(notes);
    }
    seen.add(name);
    const [reader] = readers;
    if (passesOn.has(reader.className) && reader.inputs.length === 1) {
      ({ name } = reader);
      continue;
    }
    const normalizes = norm ? undefined : normOfHanded(graph, reader, handed);
    if (normalizes) {
      norm = normalizes;
      ({ name } = reader);
      continue;
    }
    const dense = reader.className === "TimeDistributed" ? layerOf(reader.config.layer) : reader;
    const found = dense?.className === "Dense" ? denseOf(graph, reader, dense, handed) : undefined;
    if (found) return { ...found, ...(norm && { norm }) };
    return ends([`The trace ends before ${titleOf(reader)}.`]);
  }
}

function denseOf(
  graph: KerasGraph,
  outer: KerasLayer,
  dense: KerasLayer,
  handed: HandedOn,
): KerasHead | undefined {
  const width = kerasWidth(handed);
  const weights = graph.weights.get(outer.name);
  const kernel = weights?.get("forward kernel")?.tensor;
  const bias = weights?.get("forward bias")?.tensor;
  if (kernel?.shape.length !== 2 || kernel.shape[0] !== width) return undefined;
  const [, size] = kernel.shape;
  if (size < 1 || (bias && bias.shape.join() !== String(size))) return undefined;
  const data = ourColumns(transposed(realsOf(kernel), width, size), size, handed);
  const parameters: NetworkParameter[] = [
    {
      name: "output.weight",
      source: `${outer.name}.weight`,
      shape: [size, ourWidth(handed)],
      data,
    },
  ];
  if (bias) {
    parameters.push({
      name: "output.bias",
      source: `${outer.name}.bias`,
      shape: [size],
      data: realsOf(bias),
    });
  }
  const activation = activationOf(dense.config.activation);
  const next = [...graph.layers.values()].find(({ inputs }) => inputs.includes(outer.name));
  const after =
    activation === "linear"
      ? next && titleOf(next)
      : `The activation ${activation} of "${outer.name}"`;
  // In the Dense itself, or in a layer of its own.
  const isSoftmax =
    activation === "softmax" ||
    (activation === "linear" &&
      (next?.className === "Softmax" || activationOf(next?.config.activation) === "softmax"));
  if (isSoftmax) {
    return { size, parameters, softmax: true, notes: [softmaxNote] };
  }
  return {
    size,
    parameters,
    notes: after ? [`${after} follows the output; a trace leaves it out.`] : [],
  };
}
