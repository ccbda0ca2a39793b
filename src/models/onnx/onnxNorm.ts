/** ONNX's LayerNormalization over the last axis (https://onnx.ai/onnx/operators/onnx__LayerNormalization.html). */
import { isReal, realsOf } from "../../formats/fileTensor.ts";
import type { GraphNode } from "../../formats/onnx/onnxFile.ts";
import type { LayerNorm } from "../layerNorm.ts";
import type { Constants } from "./foldConstants.ts";

/** Undefined unless the node normalizes `value`, whose last axis has `width` numbers. */
export function normOf(
  { name, operator, inputs, attributes }: GraphNode,
  value: string,
  width: number,
  constants: Constants,
): LayerNorm | undefined {
  // Counted from the front, it is the last axis of (T,B,·), or of (B,·) at the last step.
  const axis = attributes.get("axis")?.integer ?? -1;
  if (operator !== "LayerNormalization" || inputs[0] !== value || (axis !== -1 && axis !== 2)) {
    return undefined;
  }
  const weight = constants.tensor(inputs[1]);
  if (!weight || !isReal(weight) || weight.shape.join() !== String(width)) return undefined;
  const bias = inputs[2] ? constants.tensor(inputs[2]) : undefined;
  if (inputs[2] && !(bias && isReal(bias) && bias.shape.join() === String(width))) return undefined;
  return {
    name: inputs[1].endsWith(".weight") ? inputs[1].slice(0, -".weight".length) : name || operator,
    epsilon: attributes.get("epsilon")?.float ?? 1e-5,
    weight: realsOf(weight),
    bias: bias ? realsOf(bias) : new Float32Array(width),
  };
}
