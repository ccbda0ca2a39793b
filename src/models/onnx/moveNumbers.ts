/**
 * What ONNX's operators do that only move numbers: Transpose, Reshape, Squeeze, Unsqueeze, Concat, Slice, Gather. Each
 * answers undefined where what it is given does not fit, so that a damaged graph folds to nothing rather than to nonsense.
 */
import {
  bytesOfElement,
  elementsOf,
  isWhole,
  wholeNumbersOf,
  type FileTensor,
} from "../../formats/fileTensor.ts";

export function transpose(
  tensor: FileTensor,
  order: readonly number[] | undefined,
): FileTensor | undefined {
  const { shape } = tensor;
  const axes = order && order.length > 0 ? order : shape.map((_, axis) => shape.length - 1 - axis);
  const strides = stridesOf(shape);
  if (axes.length !== shape.length || axes.some((axis) => strides[axis] === undefined))
    return undefined;
  return rearrange(
    tensor,
    axes.map((axis) => shape[axis]),
    axes.map((axis) => strides[axis]),
  );
}

/** Row-major, in elements. */
const stridesOf = (shape: readonly number[]): readonly number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

/** The elements at index · strides of `tensor`, row-major. */
function rearrange(
  tensor: FileTensor,
  shape: readonly number[],
  strides: readonly number[],
): FileTensor {
  const size = bytesOfElement(tensor.type);
  const bytes = new Uint8Array((elementsOf(shape) ?? 0) * size);
  const index = shape.map(() => 0);
  for (let to = 0; to < bytes.length; to += size) {
    const from = index.reduce((sum, i, axis) => sum + i * strides[axis], 0) * size;
    bytes.set(tensor.bytes.subarray(from, from + size), to);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--)
      index[axis] = 0;
  }
  return { type: tensor.type, shape, bytes };
}

export function reshape(
  tensor: FileTensor,
  wanted: readonly number[] | undefined,
): FileTensor | undefined {
  if (!wanted) return undefined;
  const sizes = wanted.map((size, axis) => (size === 0 ? (tensor.shape[axis] ?? 0) : size));
  const total = elementsOf(tensor.shape) ?? 0;
  const others = elementsOf(sizes.filter((size) => size !== -1)) ?? 0;
  const shape = sizes.map((size) => (size === -1 ? total / others : size));
  return shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    elementsOf(shape) === total
    ? { ...tensor, shape }
    : undefined;
}

export function squeeze(
  tensor: FileTensor,
  axes: readonly number[] | undefined,
): FileTensor | undefined {
  const { shape } = tensor;
  const gone = new Set((axes ?? []).map((axis) => (axis < 0 ? axis + shape.length : axis)));
  const kept = shape.filter((size, axis) =>
    axes && axes.length > 0 ? !gone.has(axis) : size !== 1,
  );
  return elementsOf(kept) === elementsOf(shape) ? { ...tensor, shape: kept } : undefined;
}

export function unsqueeze(
  tensor: FileTensor,
  axes: readonly number[] | undefined,
): FileTensor | undefined {
  if (!axes || axes.length > 8) return undefined;
  const shape = [...tensor.shape];
  const rank = shape.length + axes.length;
  for (const axis of axes.map((one) => (one < 0 ? one + rank : one)).sort((a, b) => a - b)) {
    shape.splice(axis, 0, 1);
  }
  return { ...tensor, shape };
}

export function concat(
  parts: readonly (FileTensor | undefined)[],
  axis: number,
): FileTensor | undefined {
  const tensors = parts.filter((part) => part !== undefined);
  const [first] = tensors;
  if (!first || tensors.length !== parts.length) return undefined;
  const along = axis < 0 ? axis + first.shape.length : axis;
  const fits = tensors.every(
    ({ type, shape }) =>
      type === first.type &&
      shape.length === first.shape.length &&
      shape.every((size, k) => k === along || size === first.shape[k]),
  );
  if (!fits || along >= first.shape.length) return undefined;
  const shape = first.shape.map((size, k) =>
    k === along ? tensors.reduce((sum, tensor) => sum + tensor.shape[along], 0) : size,
  );
  const bytes = new Uint8Array(tensors.reduce((sum, tensor) => sum + tensor.bytes.length, 0));
  const outer = first.shape.slice(0, along).reduce((product, size) => product * size, 1);
  let to = 0;
  for (let row = 0; row < outer; row++) {
    for (const tensor of tensors) {
      const width = tensor.bytes.length / outer;
      bytes.set(tensor.bytes.subarray(row * width, (row + 1) * width), to);
      to += width;
    }
  }
  return { type: first.type, shape, bytes };
}

export function slice(
  tensor: FileTensor,
  starts: readonly number[] | undefined,
  ends: readonly number[] | undefined,
  axes: readonly number[] | undefined,
  steps: readonly number[] | undefined,
): FileTensor | undefined {
  if (!starts || !ends || starts.length !== ends.length) return undefined;
  let result: FileTensor | undefined = tensor;
  for (const [k, start] of starts.entries()) {
    const step = steps?.[k] ?? 1;
    const axis = axes && axes.length > 0 ? axes[k] : k;
    const along: number = axis < 0 ? axis + tensor.shape.length : axis;
    const size: number | undefined = result.shape[along];
    if (step !== 1 || size === undefined) return undefined;
    const clamp = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
    const from = clamp(start);
    const count = Math.max(0, clamp(ends[k]) - from);
    result = take(
      result,
      along,
      Array.from({ length: count }, (_, i) => from + i),
    );
  }
  return result;
}

export function gather(
  tensor: FileTensor,
  index: FileTensor | undefined,
  axis: number,
): FileTensor | undefined {
  if (!index || !isWhole(index) || index.shape.length > 1) return undefined;
  const along = axis < 0 ? axis + tensor.shape.length : axis;
  const size = tensor.shape[along];
  if (size === undefined) return undefined;
  const indices = [...wholeNumbersOf(index)].map((one) => (one < 0 ? one + size : one));
  if (indices.some((one) => one < 0 || one >= size)) return undefined;
  const taken = take(tensor, along, indices);
  return index.shape.length === 0
    ? { ...taken, shape: taken.shape.filter((_, k) => k !== along) }
    : taken;
}

/** The slices `indices` along an axis. */
function take(tensor: FileTensor, axis: number, indices: readonly number[]): FileTensor {
  const { shape, type, bytes } = tensor;
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
  const inner = shape
    .slice(axis + 1)
    .reduce((product, size) => product * size, bytesOfElement(type));
  const out = new Uint8Array(outer * indices.length * inner);
  let to = 0;
  for (let row = 0; row < outer; row++) {
    for (const index of indices) {
      const from = (row * shape[axis] + index) * inner;
      out.set(bytes.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return { type, shape: shape.map((size, k) => (k === axis ? indices.length : size)), bytes: out };
}
