/** The layers of a Keras model, to be walked from one to the next. */
import type { KerasCell } from "./kerasCell.ts";
import type { KerasLayer } from "./kerasLayers.ts";
import { normOf } from "./kerasNorm.ts";
import type { LayerNorm } from "../layerNorm.ts";
import type { LayerWeights } from "./kerasWeights.ts";

/** Layers that do nothing to the numbers once a model is trained. */
export const passesOn: ReadonlySet<string> = new Set([
  "InputLayer",
  "Dropout",
  "SpatialDropout1D",
  "GaussianNoise",
  "GaussianDropout",
  "ActivityRegularization",
  "Masking",
]);

export interface KerasGraph {
  readonly layers: ReadonlyMap<string, KerasLayer>;
  readonly weights: ReadonlyMap<string, LayerWeights>;
  readonly cells: ReadonlyMap<string, KerasCell>;
}

/** What a layer reads through all that passes on: a recurrent layer, an embedding, another layer, or the model's input. */
export function below(
  graph: KerasGraph,
  name: string,
): {
  readonly layer?: KerasLayer;
  readonly masks: readonly KerasLayer[];
  readonly norm?: LayerNorm;
} {
  const masks: KerasLayer[] = [];
  let norm: LayerNorm | undefined;
  const width = graph.cells.get(name)?.layer.inputSize ?? 0;
  const found = () => ({ masks, ...(norm && { norm }) });
  const seen = new Set<string>();
  for (let layer = graph.layers.get(name); layer && !seen.has(layer.name);) {
    seen.add(layer.name);
    const under = layer.inputs.length === 1 ? graph.layers.get(layer.inputs[0]) : undefined;
    if (!under || under.className === "InputLayer") return found();
    if (under.className === "Masking") masks.push(under);
    const normalizes = norm ? undefined : normOf(graph, under, width);
    // Between two recurrent layers the engine has none: a trace starts after it.
    if (normalizes && !readsRecurrent(graph, under)) norm = normalizes;
    else if (!passesOn.has(under.className)) return { layer: under, ...found() };
    layer = under;
  }
  return found();
}

function readsRecurrent(graph: KerasGraph, { inputs }: KerasLayer): boolean {
  let [name] = inputs;
  for (let steps = 0; steps < graph.layers.size; steps++) {
    const layer = graph.layers.get(name);
    if (!layer || graph.cells.has(name)) return layer !== undefined;
    if (!passesOn.has(layer.className) || layer.inputs.length !== 1) return false;
    [name] = layer.inputs;
  }
  return false;
}

/** Recurrent layers that no other lies on. */
export function topsOf(graph: KerasGraph): readonly string[] {
  const covered = new Set(
    [...graph.cells.keys()].map((name) => below(graph, name).layer?.name ?? ""),
  );
  return [...graph.cells.keys()].filter((name) => !covered.has(name));
}

/** `Dense "out"` */
export const titleOf = ({ className, name }: KerasLayer): string => `${className} "${name}"`;
