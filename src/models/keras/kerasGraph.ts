/** The layers of a Keras model, to be walked from one to the next. */
import type { KerasCell } from "./kerasCell.ts";
import type { KerasLayer } from "./kerasLayers.ts";
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
): { readonly layer?: KerasLayer; readonly masks: readonly KerasLayer[] } {
  const masks: KerasLayer[] = [];
  const seen = new Set<string>();
  for (let layer = graph.layers.get(name); layer && !seen.has(layer.name);) {
    seen.add(layer.name);
    const under = layer.inputs.length === 1 ? graph.layers.get(layer.inputs[0]) : undefined;
    if (!under || under.className === "InputLayer") return { masks };
    if (under.className === "Masking") masks.push(under);
    if (!passesOn.has(under.className)) return { layer: under, masks };
    layer = under;
  }
  return { masks };
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
