/** Keras's LayerNormalization over the last axis, in our terms. */
import { isReal, realsOf } from "../../formats/fileTensor.ts";
import type { LayerNorm } from "../layerNorm.ts";
import type { KerasGraph } from "./kerasGraph.ts";
import type { KerasLayer } from "./kerasLayers.ts";
import type { HandedOn } from "./kerasStack.ts";

/** As Keras begins. */
const usualEpsilon = 1e-3;

/** Undefined for another layer, and for one that does not normalize `width` numbers. */
export function normOf(
  graph: KerasGraph,
  { className, name, config }: KerasLayer,
  width: number,
): LayerNorm | undefined {
  if (className !== "LayerNormalization" || config.rms_scaling === true) return undefined;
  const weights = graph.weights.get(name);
  const [weight, bias] = (["forward gamma", "forward beta"] as const).map((role) => {
    const tensor = weights?.get(role)?.tensor;
    return tensor && isReal(tensor) && tensor.shape.join() === String(width)
      ? realsOf(tensor)
      : undefined;
  });
  // Either may be left out on purpose.
  if ((config.scale !== false && !weight) || (config.center !== false && !bias)) return undefined;
  const axes: readonly unknown[] = Array.isArray(config.axis) ? config.axis : [config.axis ?? -1];
  // Of (B,T,·), or of (B,·) at the last step.
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== 2)) return undefined;
  return {
    name,
    epsilon: typeof config.epsilon === "number" ? config.epsilon : usualEpsilon,
    weight: weight ?? new Float32Array(width).fill(1),
    bias: bias ?? new Float32Array(width),
  };
}

/** Of what a layer hands on, `handed`, whose directions may have changed places. */
export function normOfHanded(
  graph: KerasGraph,
  layer: KerasLayer,
  { hidden, directions, merge, swapped }: HandedOn,
): LayerNorm | undefined {
  // The sum of two directions has another mean and variance than both side by side.
  if (merge !== "concat") return undefined;
  const norm = normOf(graph, layer, hidden * directions);
  if (!norm || !swapped) return norm;
  const turn = (values: LayerNorm["weight"]) => {
    const out = values.slice();
    out.set(values.subarray(hidden), 0);
    out.set(values.subarray(0, hidden), hidden);
    return out;
  };
  return { ...norm, weight: turn(norm.weight), bias: turn(norm.bias) };
}
