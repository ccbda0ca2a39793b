/**
 * A tensor as a file holds it: bytes that nobody has looked into yet. Opening a large model costs nothing until
 * somebody asks for numbers, and what is never asked for is never converted.
 */
import { FormatError } from "./formatError.ts";

/** Bytes of one element. Types that no engine here computes with are listed, so that a file can be described. */
const elementBytes = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
  complex64: 8,
  complex128: 16,
  float8: 1,
  qint8: 1,
  quint8: 1,
  qint32: 4,
} as const;

export type ElementType = keyof typeof elementBytes;

export interface FileTensor {
  readonly type: ElementType;
  /** Row-major; an empty shape is a scalar. */
  readonly shape: readonly number[];
  /** Little-endian, exactly as many as the shape needs; a view of the file where that is possible. */
  readonly bytes: Uint8Array;
}

export const bytesOfElement = (type: ElementType): number => elementBytes[type];

/** Elements of a shape, or undefined when the product is not exact any more. A zero anywhere makes it zero. */
export function elementsOf(shape: readonly number[]): number | undefined {
  if (shape.includes(0)) return 0;
  let product = 1;
  for (const size of shape) {
    product *= size;
    if (!Number.isSafeInteger(product) || product < 0) return undefined;
  }
  return product;
}

export const isReal = ({ type }: FileTensor): boolean =>
  type === "float64" || type === "float32" || type === "float16" || type === "bfloat16";

export const isWhole = ({ type }: FileTensor): boolean => /^(u?int\d+|bool)$/.test(type);

/**
 * The numbers, row-major: 64-bit floats stay so, narrower ones become 32-bit, which holds them exactly. A view where
 * the bytes are aligned. Throws `FormatError` for what are not real numbers.
 */
export function realsOf(tensor: FileTensor): Float32Array | Float64Array {
  const { type, bytes } = tensor;
  if (type === "float64") return new Float64Array(...aligned(bytes, 8));
  if (type === "float32") return new Float32Array(...aligned(bytes, 4));
  if (type === "float16") return Float32Array.from(new Uint16Array(...aligned(bytes, 2)), fromHalf);
  if (type === "bfloat16") return fromBrainFloats(new Uint16Array(...aligned(bytes, 2)));
  throw new FormatError(
    "model",
    `numbers stored as ${type} cannot be computed with here.`,
    type.startsWith("q")
      ? "It is quantized. Save the model before it was quantized."
      : "Save them as 32-bit floats.",
  );
}

/** Whole numbers, row-major, exact up to 2⁵³. Throws `FormatError` for other types and larger numbers. */
export function wholeNumbersOf(tensor: FileTensor): Float64Array {
  const { type, bytes } = tensor;
  const count = bytes.length / elementBytes[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = readWhole[type];
  if (!read) throw new FormatError("tensor", `${type} are not whole numbers.`);
  const numbers = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    numbers[k] = read(view, k * elementBytes[type]);
    if (!Number.isSafeInteger(numbers[k])) {
      throw new FormatError("tensor", `its number ${numbers[k]} at ${k} is too large to be exact.`);
    }
  }
  return numbers;
}

const readWhole: Readonly<Partial<Record<ElementType, (view: DataView, at: number) => number>>> = {
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  int16: (view, at) => view.getInt16(at, true),
  int8: (view, at) => view.getInt8(at),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  uint32: (view, at) => view.getUint32(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => Number(view.getUint8(at) !== 0),
};

/** Typed arrays cannot look at unaligned bytes in place; those are copied. */
export function aligned(
  bytes: Uint8Array,
  size: number,
): [buffer: ArrayBufferLike, byteOffset: number, length: number] {
  const there = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return [there.buffer, there.byteOffset, Math.floor(there.length / size)];
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a 32-bit float. */
function fromBrainFloats(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let k = 0; k < halves.length; k++) bits[k] = halves[k] << 16;
  return new Float32Array(bits.buffer);
}
