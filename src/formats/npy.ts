/**
 * .npy, one array as NumPy saves it: a magic word, a version, a header that is a Python dictionary, the numbers.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * The header is read as text, not evaluated. Arrays in Fortran order and in big-endian order are put into our order.
 */
import { bytesOfElement, elementsOf, type ElementType, type FileTensor } from "./fileTensor.ts";
import { FormatError } from "./formatError.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy itself refuses longer headers. */
const maximumHeaderBytes = 10_000;

const elementTypes: Readonly<Record<string, ElementType>> = {
  f8: "float64",
  f4: "float32",
  f2: "float16",
  i8: "int64",
  i4: "int32",
  i2: "int16",
  i1: "int8",
  u8: "uint64",
  u4: "uint32",
  u2: "uint16",
  u1: "uint8",
  b1: "bool",
};

const codes: Readonly<Partial<Record<ElementType, string>>> = Object.fromEntries(
  Object.entries(elementTypes).map(([code, type]) => [type, code]),
);

export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, k) => bytes[k] === byte);

/** Throws `FormatError`. */
export function decodeNpy(bytes: Uint8Array): FileTensor {
  if (!isNpy(bytes))
    fail("it does not begin as one.", 'Save the array with numpy.save("x.npy", x).');
  const { header, start } = readHeader(bytes);
  const { type, bigEndian } = readType(header);
  const fortran = matched(header, /'fortran_order':\s*(True|False)/, "fortran_order") === "True";
  const shape = readShape(header);

  const size = bytesOfElement(type);
  const length = (elementsOf(shape) ?? Infinity) * size;
  if (length !== bytes.length - start) {
    const needed = Number.isSafeInteger(length)
      ? `${length} bytes`
      : "more bytes than a file can have";
    fail(`the shape (${shape.join(",")}) needs ${needed}, but ${bytes.length - start} follow.`);
  }
  let data = bytes.subarray(start);
  if (bigEndian && size > 1) data = swapped(data, size);
  if (fortran && shape.length > 1 && length > 0) data = rowMajor(data, shape, size);
  return { type, shape, bytes: data };
}

/** Version 1.0, C order, the numbers aligned to 64 bytes as NumPy does it. */
export function encodeNpy({ type, shape, bytes }: FileTensor): Uint8Array<ArrayBuffer> {
  const code = codes[type];
  if (code === undefined) throw new Error(`NumPy has no ${type}.`);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const mark = bytesOfElement(type) === 1 ? "|" : "<";
  const text = `{'descr': '${mark}${code}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((magic.length + 4 + text.length + 1) / 64) * 64;
  const out = new Uint8Array(start + bytes.length);
  out.set([...magic, 1, 0]);
  new DataView(out.buffer).setUint16(8, start - 10, true);
  out.fill(0x20, 10, start - 1);
  out.set(new TextEncoder().encode(text), 10);
  out[start - 1] = 0x0a;
  out.set(bytes, start);
  return out;
}

function readHeader(bytes: Uint8Array): { readonly header: string; readonly start: number } {
  const version = bytes[6];
  const lengthBytes = version === 1 ? 2 : 4;
  if (!(version >= 1 && version <= 3))
    fail(`its version is ${version ?? "missing"}, not 1, 2 or 3.`);
  const begin = 8 + lengthBytes;
  if (bytes.length < begin) fail("it ends inside its header.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > maximumHeaderBytes) fail(`its header claims ${length} bytes.`);
  if (begin + length > bytes.length) fail("it ends inside its header.");
  const header = new TextDecoder().decode(bytes.subarray(begin, begin + length));
  return { header, start: begin + length };
}

function readType(header: string): { readonly type: ElementType; readonly bigEndian: boolean } {
  const structured = /'descr':\s*\[/.test(header);
  if (structured) fail("it holds records, not numbers.", "Save one column as an array of its own.");
  const descr = matched(header, /'descr':\s*'([^']*)'/, "descr");
  const [, order, code] = /^([<>|=]?)(\w+)$/.exec(descr) ?? [];
  if (code === undefined || !Object.hasOwn(elementTypes, code)) {
    fail(
      `its numbers are of the type "${descr}", which is not read here.`,
      "Save it as float32, float64 or int64.",
    );
  }
  return { type: elementTypes[code], bigEndian: order === ">" };
}

function readShape(header: string): readonly number[] {
  const inside = matched(header, /'shape':\s*\(([\d\s,]*)\)/, "shape");
  const sizes = inside.split(",").map((size) => size.trim());
  const shape = sizes.filter((size) => size !== "").map(Number);
  if (!shape.every(Number.isSafeInteger)) fail(`its shape (${inside}) is not a shape.`);
  if (shape.length > 32) fail(`it has ${shape.length} dimensions.`);
  return shape;
}

function matched(header: string, pattern: RegExp, key: string): string {
  return pattern.exec(header)?.[1] ?? fail(`its header has no usable "${key}".`);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const inElement = at % size;
    out[at - inElement + (size - 1 - inElement)] = bytes[at];
  }
  return out;
}

/** From Fortran order, where the first index moves quickest. */
function rowMajor(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, length) => product * length, size),
  );
  for (let to = 0; to < out.length; to += size) {
    const from = index.reduce((sum, i, axis) => sum + i * strides[axis], 0);
    for (let k = 0; k < size; k++) out[to + k] = bytes[from + k];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}

function fail(message: string, advice?: string): never {
  throw new FormatError("NumPy (.npy)", message, advice);
}
