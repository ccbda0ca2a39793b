/**
 * ONNX's TensorProto: raw bytes, numbers one by one, or a place in a file beside the model. Such a path comes from the
 * model, so it must stay inside the model's folder.
 */
import { bytesOfElement, elementsOf, type ElementType, type FileTensor } from "../fileTensor.ts";
import { FormatError } from "../formatError.ts";
import { packedVarints, protobufFields } from "../protobufReader.ts";

/** The bytes of a file by its path relative to the model's folder; undefined where there is none. */
export type ExternalData = (path: string) => Uint8Array | undefined;

/** TensorProto.DataType */
const elementTypes: Readonly<Record<number, ElementType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8",
  18: "float8",
  19: "float8",
  20: "float8",
};

/** Throws `FormatError`. */
export function readTensor(
  bytes: Uint8Array,
  external: ExternalData,
): { readonly name: string; readonly tensor: FileTensor } {
  let name = "";
  let type: ElementType | undefined;
  let code = 0;
  const shape: number[] = [];
  const place = new Map<string, string>();
  let isExternal = false;
  let raw: Uint8Array | undefined;
  const numbers: { field: number; bytes: Uint8Array; integer: number; float: number }[] = [];
  for (const value of protobufFields(bytes)) {
    const { field, bytes: part, integer } = value;
    if (field === 1 && part.length > 0) shape.push(...packedVarints(part.subarray(0, 320)));
    else if (field === 1) shape.push(integer);
    else if (field === 2) [code, type] = [integer, elementTypes[integer]];
    else if (field === 8) name = new TextDecoder().decode(part);
    else if (field === 9) raw = part;
    else if (field === 13) {
      const [key, text] = readEntry(part);
      place.set(key, text);
    } else if (field === 14) isExternal = integer === 1;
    else if ([4, 5, 7, 10, 11].includes(field)) numbers.push(value);
  }
  if (type === undefined)
    return fail(`tensor "${name}" has a type (${code}) that is not read here.`);
  if (shape.length > 32 || shape.some((size) => size < 0)) fail(`tensor "${name}" has no shape.`);
  const length = (elementsOf(shape) ?? Infinity) * bytesOfElement(type);
  const data = isExternal
    ? readExternal(name, place, external, length)
    : (raw ?? fromNumbers(type, numbers, length));
  if (data.length !== length) {
    fail(
      `tensor "${name}" of shape (${shape.join(",")}) needs ${length} bytes, but has ${data.length}.`,
    );
  }
  return { name, tensor: { type, shape, bytes: data } };
}

function readExternal(
  name: string,
  place: ReadonlyMap<string, string>,
  external: ExternalData,
  needed: number,
): Uint8Array {
  const path = place.get("location") ?? "";
  if (!staysInside(path)) {
    fail(`tensor "${name}" lies in "${path}", which is outside the model's folder.`);
  }
  const file = external(path);
  if (!file) {
    throw new FormatError(
      "ONNX",
      `the weights lie in "${path}", which is not beside it.`,
      `Put ${path} into the model's folder.`,
    );
  }
  const offset = Number(place.get("offset") ?? 0);
  const length = Number(place.get("length") ?? needed);
  if (!(offset >= 0 && length >= 0 && offset + length <= file.length)) {
    fail(`tensor "${name}" lies beyond the end of "${path}".`);
  }
  return file.subarray(offset, offset + length);
}

/** A relative path of plain names, with either slash. */
const staysInside = (path: string): boolean =>
  path !== "" &&
  !/^[a-z]:|[\0]/i.test(path) &&
  path.split(/[/\\]/).every((part) => part !== ".." && part !== "") &&
  !path.includes("://");

/** Numbers one by one, in the fields float_data, int32_data, int64_data, double_data or uint64_data. */
function fromNumbers(
  type: ElementType,
  numbers: readonly { field: number; bytes: Uint8Array; integer: number; float: number }[],
  length: number,
): Uint8Array {
  const size = bytesOfElement(type);
  const given = numbers.reduce((sum, { bytes }) => sum + Math.max(1, bytes.length), 0);
  // Each takes at least one byte of the file; more cannot be meant.
  if (!(length / size <= given)) return new Uint8Array();
  const data = new Uint8Array(length);
  const view = new DataView(data.buffer);
  let at = 0;
  const put = (value: number): void => {
    if (at + size > length) return;
    if (type === "float32") view.setFloat32(at, value, true);
    else if (type === "float64") view.setFloat64(at, value, true);
    else if (size === 8) view.setBigInt64(at, BigInt(value), true);
    else if (size === 4) view.setInt32(at, value, true);
    else if (size === 2) view.setUint16(at, value, true);
    else view.setUint8(at, value);
    at += size;
  };
  for (const { field, bytes, integer, float } of numbers) {
    const inside = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length === 0) put(field === 4 ? float : integer);
    else if (field === 4) {
      for (let k = 0; k + 4 <= bytes.length; k += 4) put(inside.getFloat32(k, true));
    } else if (field === 10) {
      for (let k = 0; k + 8 <= bytes.length; k += 8) put(inside.getFloat64(k, true));
    } else for (const value of packedVarints(bytes)) put(value);
  }
  return at === length ? data : data.subarray(0, at);
}

function readEntry(bytes: Uint8Array): [string, string] {
  const pair: [string, string] = ["", ""];
  for (const { field, bytes: part } of protobufFields(bytes)) {
    if (field === 1) pair[0] = new TextDecoder().decode(part);
    if (field === 2) pair[1] = new TextDecoder().decode(part);
  }
  return pair;
}

function fail(message: string): never {
  throw new FormatError("ONNX", message);
}
