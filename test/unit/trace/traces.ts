/** Builds small traces for tests. */
import type {
  Axis,
  LayerDescription,
  ModelDescription,
  Tensor,
  Trace,
} from "../../../src/trace/trace.ts";

export const lstmLayer = (hidden: number): LayerDescription => ({
  cell: "lstm",
  hidden,
  inputSize: 1,
  directions: ["forward"],
});

export const modelOf = (...layers: LayerDescription[]): ModelDescription => ({
  input: { kind: "dense", size: 1 },
  layers,
  output: { size: 1, at: "each-step" },
  loss: "mean-squared-error",
  parameterCount: 0,
});

/** A tensor (T,1,units) from rows of units. */
export function timedTensor(name: string, rows: readonly (readonly number[])[]): Tensor {
  const axes: readonly Axis[] = ["T", "B", "H"];
  return {
    name,
    axes,
    shape: [rows.length, 1, rows[0].length],
    data: Float32Array.from(rows.flat()),
  };
}

export function traceOf(model: ModelDescription, ...tensors: Tensor[]): Trace {
  return {
    version: 1,
    model,
    steps: tensors[0].shape[0],
    batch: 1,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
  };
}
