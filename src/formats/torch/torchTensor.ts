/**
 * Tensors inside a PyTorch pickle. PyTorch writes down the call that would rebuild each:
 *   torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, …)
 * Offsets and strides count elements. Several tensors may look at one storage, in any order of its elements.
 */
import { bytesOfElement, elementsOf, type ElementType, type FileTensor } from "../fileTensor.ts";
import { FormatError } from "../formatError.ts";
import { isOf, itemsOf, makerOf, nameOf, type PickleValue } from "../pickle/pickleValue.ts";
import { storageTypeOf } from "./storageTypes.ts";
import type { TorchFile } from "./torchFile.ts";

export interface TensorReader {
  /** The tensor, or undefined for any other value. Throws `FormatError` for a tensor that is damaged. */
  read(value: PickleValue): FileTensor | undefined;
}

/** `budget`: bytes that may be copied, for tensors that are no contiguous piece of their storage. */
export function tensorReader(file: TorchFile, budget: number): TensorReader {
  let left = budget;
  const read = (value: PickleValue, depth = 0): FileTensor | undefined => {
    const name = makerOf(value).replace(/^.*\./, "");
    if (!isOf(value, "call") || depth > 4) return undefined;
    const given = itemsOf(value.arguments) ?? [];
    // Parameters and subclasses wrap the tensor that they hold.
    if (name.startsWith("_rebuild_parameter")) return read(given[0], depth + 1);
    if (name === "_rebuild_from_type_v2") {
      const [maker, , inner] = given;
      return isOf(maker, "global")
        ? read({ ...value, maker, arguments: inner }, depth + 1)
        : undefined;
    }
    if (/^_rebuild_(tensor(_v2|_v3)?|qtensor)$/.test(name)) {
      const place = placeOf(given, name);
      const { type, bytes, copied } = gather(file, place, left);
      left -= copied;
      return { type, shape: place.shape, bytes };
    }
    return undefined;
  };
  return { read: (value) => read(value) };
}

interface Place {
  readonly type: ElementType;
  readonly key: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

function placeOf(given: readonly PickleValue[], maker: string): Place {
  const [storage, offset, shape, strides] = given;
  const [kind, storageType, key, , , view] = isOf(storage, "reference")
    ? (itemsOf(storage.id) ?? [])
    : [];
  if (kind !== "storage") fail("a tensor has no storage.");
  const type = storageTypeOf(maker === "_rebuild_tensor_v3" ? given[6] : storageType);
  const sizes = sizesOf(shape);
  const steps = sizesOf(strides);
  if (!sizes || !steps || sizes.length !== steps.length || sizes.length > 32) {
    return fail("a tensor's shape is not a shape.");
  }
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0) {
    return fail(`a tensor begins at ${nameOf(offset)}.`);
  }
  if (view !== undefined) fail("it was written by a PyTorch before 0.4.");
  return { type, key: nameOf(key), offset, shape: sizes, strides: steps };
}

function sizesOf(value: PickleValue): readonly number[] | undefined {
  const items = itemsOf(value);
  return items?.every((item): item is number => Number.isSafeInteger(item) && Number(item) >= 0)
    ? items
    : undefined;
}

/** The tensor's bytes, row-major: a view of the storage where it lies there so, a copy within `left` bytes otherwise. */
function gather(
  file: TorchFile,
  { type, key, offset, shape, strides }: Place,
  left: number,
): { readonly type: ElementType; readonly bytes: Uint8Array; readonly copied: number } {
  const size = bytesOfElement(type);
  const length = (elementsOf(shape) ?? Infinity) * size;
  if (length === 0) return { type, bytes: new Uint8Array(), copied: 0 };
  const storage = file.storage(key);
  const last = shape.reduce((sum, count, axis) => sum + (count - 1) * strides[axis], offset);
  if (!((last + 1) * size <= storage.length)) {
    fail(
      `a tensor of shape (${shape.join(",")}) reaches to byte ${(last + 1) * size} of a storage of ${storage.length}.`,
    );
  }
  if (isContiguous(shape, strides)) {
    return { type, bytes: storage.subarray(offset * size, offset * size + length), copied: 0 };
  }
  if (length > left) fail("its tensors unfold to more than the file could hold.");
  const bytes = new Uint8Array(length);
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < length; to += size) {
    for (let k = 0; k < size; k++) bytes[to + k] = storage[from * size + k];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return { type, bytes, copied: length };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

function fail(message: string): never {
  throw new FormatError("PyTorch", message);
}
