/** What a layer reads at a step: the input, or what the layer below hands on. Nothing is dropped when a trace is made. */
import { decoderInput, layerTensor } from "../trace/names.ts";
import type { Trace } from "../trace/trace.ts";
import { tensorOf } from "../trace/trace.ts";

/** (I) of layer `layer` at step `t`; with B = 1. */
export function layerInput(trace: Trace, layer: number, t: number): Float64Array {
  if (layer === 0) return stepOf(trace, "input", t);
  if (layer === trace.model.decoder?.firstLayer) return stepOf(trace, decoderInput, t);
  const below = trace.model.layers[layer - 1];
  const parts = below.directions.map((direction) =>
    stepOf(trace, layerTensor(layer - 1, direction, "h"), t),
  );
  const handed = Float64Array.from(parts.flatMap((part) => [...part]));
  if (!below.residual) return handed;
  const added = layerInput(trace, layer - 1, t);
  return handed.map((value, index) => value + added[index]);
}

function stepOf(trace: Trace, name: string, t: number): Float64Array {
  const { shape, data } = tensorOf(trace, name);
  const size = shape[2];
  return Float64Array.from(data.subarray(t * size, (t + 1) * size));
}
