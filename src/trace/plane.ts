/**
 * A trace's tensor seen as a picture: steps × units of one sequence. Everything that panels ask of a
 * tensor (heatmaps, norms, orders) is asked of its plane.
 */
import type { StepRange } from "./activeSteps.ts";
import type { Real, Tensor } from "./trace.ts";

/** The tensor of steps `from` up to `to` alone, a view; itself where that is all of it. */
export function withinSteps(tensor: Tensor, [from, to]: StepRange): Tensor {
  const [steps] = tensor.shape;
  if (tensor.axes[0] !== "T" || (from === 0 && to === steps)) return tensor;
  const known = parts.get(tensor);
  if (known?.shape[0] === to - from) return known;
  const row = tensor.data.length / steps;
  const part = {
    ...tensor,
    shape: [to - from, ...tensor.shape.slice(1)],
    data: tensor.data.subarray(from * row, to * row),
  };
  parts.set(tensor, part);
  return part;
}

/** The same object each time: what is worked out of a tensor is remembered by it. */
const parts = new WeakMap<Tensor, Tensor>();

export interface Plane {
  readonly steps: number;
  readonly units: number;
  /** (steps, units), row-major. */
  readonly data: Real;
}

/**
 * The plane of sequence `sequence` of a tensor with axes (T,B,·), (T,B), (B,·) or (B). A tensor
 * without a time axis has one step; one without a unit axis has one unit. With B = 1 the plane is a
 * view of the tensor, otherwise a copy.
 */
export function planeOf(tensor: Tensor, sequence = 0): Plane {
  const timed = tensor.axes[0] === "T" || tensor.axes[0] === "D";
  const [batchAxis, unitAxis, ...rest] = timed ? tensor.axes.slice(1) : tensor.axes;
  if (batchAxis !== "B" || rest.length > 0) {
    throw new Error(
      `Tensor "${tensor.name}" has axes (${tensor.axes.join(",")}), which are not steps × units of a sequence.`,
    );
  }
  const [batch, units = 1] = timed ? tensor.shape.slice(1) : tensor.shape;
  const steps = timed ? tensor.shape[0] : 1;
  if (unitAxis === undefined && units !== 1) {
    throw new Error(`Tensor "${tensor.name}" has a shape that does not match its axes.`);
  }
  if (sequence < 0 || sequence >= batch) {
    throw new Error(
      `Tensor "${tensor.name}" holds ${batch} sequences; there is no number ${sequence}.`,
    );
  }
  if (batch === 1) return { steps, units, data: tensor.data };

  const data = tensor.data.slice(0, steps * units);
  for (let t = 0; t < steps; t++) {
    const from = (t * batch + sequence) * units;
    data.set(tensor.data.subarray(from, from + units), t * units);
  }
  return { steps, units, data };
}
