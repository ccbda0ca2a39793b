/** Takes one sequence out of a tensor. */
import type { Tensor } from "../../../src/trace/trace.ts";

/** The tensor's part that belongs to sequence `b`, over its first `steps` steps. */
export function partOf(tensor: Tensor, b: number, steps: number): Float64Array {
  const { axes, shape, data } = tensor;
  const time = axes[0] === "T";
  const batch = time ? shape[1] : shape[0];
  const width = shape.slice(time ? 2 : 1).reduce((product, size) => product * size, 1);
  const part: number[] = [];
  for (let t = 0; t < (time ? steps : 1); t++) {
    for (let k = 0; k < width; k++) part.push(data[(t * batch + b) * width + k]);
  }
  return Float64Array.from(part);
}
