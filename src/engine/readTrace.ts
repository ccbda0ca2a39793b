/** Reads a pass out as a trace: copies of its buffers, under the names that everyone uses. */
import { gradientFromAbove, gradientOf, layerTensor } from "../trace/names.ts";
import type { Axis, Real, Tensor, Trace } from "../trace/trace.ts";
import type { RecurrentLayer } from "./layers/recurrentLayer.ts";
import { sumOf } from "./losses/loss.ts";
import { referenceKernels } from "./kernels/reference.ts";
import { readInput } from "./layers/inputLayer.ts";
import { firstAfter, firstBefore, initialRow } from "./layers/directions.ts";
import { clearPadding, extentOf, outputRows, type Extent, type Pass } from "./pass.ts";
import { readAttention, readDecoder } from "./sequenceToSequence/readDecoder.ts";

/**
 * Everything that the last forward pass computed and, once `backward` has run, dL/d all of it (`grad.…`). Padding
 * holds zeros, but for states, which are held at their last value. `loss` is each row's own, before weighting, and 0
 * where none was taken; dL/d it tells where that is. Call it before the weights change.
 */
export function readTrace(pass: Pass): Trace {
  const { steps, batch, holds } = pass.current;
  if (holds === "nothing") throw new Error("There is nothing to trace before a forward pass.");
  const tensors = new Map<string, Tensor>();
  const add = (name: string, axes: readonly Axis[], shape: readonly number[], data: Real): void => {
    tensors.set(name, { name, axes, shape, data });
  };
  const withGradients = holds === "gradients";

  const { decoder, pooling, fromAbove } = pass;
  const all = steps + (decoder?.current.steps ?? 0);
  const addSource = decoder ? within(add, 0, all) : add;
  const addTarget = decoder ? within(add, steps, all) : add;

  readInputs(pass, withGradients, addSource);
  for (const [number, layers] of pass.layers.entries()) {
    for (const layer of layers.values()) {
      const above = fromAbove?.[number].get(layer.direction);
      readLayer(layer, number, extentOf(pass), withGradients ? { above } : undefined, addSource);
    }
  }
  if (decoder) {
    const { firstLayer } = decoder.description;
    const extent = { steps: decoder.current.steps, batch, lengths: decoder.lengths };
    for (const [index, { recurrent, above }] of decoder.layers.entries()) {
      const gradients = { above: fromAbove && above };
      const wanted = withGradients ? gradients : undefined;
      readLayer(recurrent, firstLayer + index, extent, wanted, addTarget);
    }
    readDecoder(decoder, pass.current, withGradients, add, addTarget);
  }
  if (pooling) readAttention(pooling, 1, pass.current, withGradients, add);
  readOutputs(pass, addTarget);
  if (withGradients) {
    for (const { name, shape, gradient } of pass.model.parameters) {
      const axes: readonly Axis[] = shape.length === 1 ? ["row"] : ["row", "column"];
      add(gradientOf(`param.${name}`), axes, shape, gradient.slice());
    }
  }
  return {
    version: 1,
    model: pass.model.description,
    steps: all,
    ...(decoder && { sourceSteps: steps }),
    batch,
    tensors,
  };
}

export type Add = (
  name: string,
  axes: readonly Axis[],
  shape: readonly number[],
  data: Real,
) => void;

/** Adds what has an axis of time as steps `first` … of `all`, and zeros for the others. */
const within =
  (add: Add, first: number, all: number): Add =>
  (name, axes, shape, data) => {
    if (axes[0] !== "T") return add(name, axes, shape, data);
    const row = data.length / shape[0];
    const length = all * row;
    const padded =
      data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
    padded.set(data, first * row);
    add(name, axes, [all, ...shape.slice(1)], padded);
  };

function readInputs(pass: Pass, withGradients: boolean, add: Add) {
  const { steps, batch } = pass.current;
  const { kernels } = pass.model;
  const { input } = pass;
  const rows = steps * batch;
  const axes: readonly Axis[] = ["T", "B", "I"];
  const shape = [steps, batch, input.size];
  const { conditioning, current } = pass;
  const given = readInput(input, rows, kernels);
  const isSilent = input.kind === "dense" && input.isSilent;
  // What conditions the sequence stands at step 0, where it was given, though no cell read it there.
  if (conditioning && isSilent && current.conditioned) {
    given.set(conditioning.vector.subarray(0, batch * input.size));
  }
  add("input", axes, shape, given);
  if (!withGradients) return;
  if (conditioning && isSilent) {
    const gradient = given.slice().fill(0);
    if (current.conditioned) {
      gradient.set(conditioning.gradient.subarray(0, batch * input.size));
    }
    add(gradientOf("input"), axes, shape, gradient);
    return;
  }
  if (input.kind === "embedding") {
    add(gradientOf("input"), axes, shape, input.gradient.slice(0, rows * input.size));
  } else {
    const gradient = gradientOfInput(pass, rows);
    if (conditioning && current.conditioned) {
      for (let k = 0; k < batch * input.size; k++) gradient[k] += conditioning.gradient[k];
    }
    add(gradientOf("input"), axes, shape, gradient);
  }
}

/**
 * dL/d what layer 0 was fed. Training has no use for it where nothing is learnt below, so backward leaves it out. Plain
 * kernels compute it, since kernels with a memory of their own do not get back what they allocate.
 */
function gradientOfInput(pass: Pass, rows: number): Real {
  const plain = referenceKernels(pass.model.kernels.precision);
  const gradient = plain.allocate(rows * pass.input.size);
  for (const { inputSize, weights, cell, productGradients } of pass.layers[0].values()) {
    const { gateWidth } = cell;
    const packed = plain.allocatePacked(inputSize, gateWidth);
    plain.packTransposed(packed, weights.weightIh.value, 0);
    plain.multiply(gradient, 0, inputSize, productGradients, 0, gateWidth, packed, rows, true);
  }
  return gradient;
}

/** With `gradients`, which may say what part of dL/dh comes from above. */
function readLayer(
  { cell, direction }: RecurrentLayer,
  number: number,
  extent: Extent,
  gradients: { readonly above: Real | undefined } | undefined,
  add: Add,
) {
  const { steps, batch } = extent;
  const { hidden } = cell;
  const rows = steps * batch;
  const axes: readonly Axis[] = ["T", "B", "H"];
  const shape = [steps, batch, hidden];
  for (const { name, value, gradient, width } of cell.states) {
    const begin = initialRow(direction, steps, batch) * width;
    const end = begin + batch * width;
    const first = firstAfter(direction, batch) * width;
    const last = first + rows * width;
    const wide = [steps, batch, width];
    const after = layerTensor(number, direction, name);
    const initial = layerTensor(number, direction, `${name}0`);
    add(initial, ["B", "H"], [batch, width], value.slice(begin, end));
    add(after, axes, wide, value.slice(first, last));
    if (!gradients) continue;
    add(gradientOf(initial), ["B", "H"], [batch, width], gradient.slice(begin, end));
    add(gradientOf(after), axes, wide, gradient.slice(first, last));
  }
  if (gradients?.above) {
    const { width } = cell.states[0];
    const wide = [steps, batch, width];
    add(gradientFromAbove(number, direction), axes, wide, gradients.above.slice(0, rows * width));
  }
  for (const { name, value, gradient } of cell.readGates(
    firstBefore(direction, batch),
    firstAfter(direction, batch),
    rows,
  )) {
    const gate = layerTensor(number, direction, name);
    clearPadding(extent, value, hidden);
    add(gate, axes, shape, value);
    if (!gradients) continue;
    clearPadding(extent, gradient, hidden);
    add(gradientOf(gate), axes, shape, gradient);
  }
}

function readOutputs(pass: Pass, add: Add) {
  const { batch, holds } = pass.current;
  const { output } = pass;
  const { steps } = (pass.decoder ?? pass).current;
  const { size } = pass.model.description.output;
  const rows = outputRows(pass);
  const axes: readonly Axis[] = output.last ? ["B"] : ["T", "B"];
  const shape = output.last ? [batch] : [steps, batch];
  add("output", [...axes, "O"], [...shape, size], output.values.slice(0, rows * size));
  if (holds === "outputs") return;
  add("loss", axes, shape, output.losses.slice(0, rows));
  if (holds === "losses") return;
  add(
    gradientOf("output"),
    [...axes, "O"],
    [...shape, size],
    output.gradient.slice(0, rows * size),
  );
  const share = output.weights.slice(0, rows);
  const weight = sumOf(share, rows);
  if (weight !== 0) for (let row = 0; row < rows; row++) share[row] /= weight;
  add(gradientOf("loss"), axes, shape, share);
}
