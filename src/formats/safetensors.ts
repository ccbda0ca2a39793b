/**
 * safetensors, the format of checkpoints and saved traces: eight bytes of header length, a JSON
 * header, then the tensors' bytes. https://huggingface.co/docs/safetensors
 *
 * Reading trusts nothing: every size is checked against the bytes that are there before anything is
 * allocated. Tensors whose bytes are aligned are views of the file; the others are copied.
 */
import { FormatError } from "./formatError.ts";
import { firstDuplicateKey } from "./duplicateKey.ts";
import {
  aligned,
  bytesOfElement,
  elementsOf,
  type ElementType,
  type FileTensor,
} from "./fileTensor.ts";

export type TensorData = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;

export interface StoredTensor {
  /** Row-major; an empty shape is a scalar. */
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is read as numbers at once, and written; `openSafetensors` gives the bytes of every type. */
const arrayOf = {
  float64: (bytes) => new Float64Array(...aligned(bytes, 8)),
  float32: (bytes) => new Float32Array(...aligned(bytes, 4)),
  int64: (bytes) => new BigInt64Array(...aligned(bytes, 8)),
  int32: (bytes) => new Int32Array(...aligned(bytes, 4)),
  uint8: (bytes) => bytes,
} satisfies Partial<Record<ElementType, (bytes: Uint8Array) => TensorData>>;

const elementTypes: Readonly<Record<string, ElementType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
  F8_E4M3: "float8",
  F8_E5M2: "float8",
};

const lengthBytes = 8;
/** As the reference implementation: what no honest header needs. */
const maximumHeaderBytes = 100_000_000;
const metadataKey = "__metadata__";

/**
 * Tensors in the order of the map's names within each type, widest type first, which keeps every
 * tensor aligned. Throws a plain Error when a tensor's data does not fill its shape.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push([metadataKey, metadata]);
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    if (name === metadataKey) throw new Error(`"${metadataKey}" cannot name a tensor.`);
    if (data.length !== shape.reduce((product, size) => product * size, 1)) {
      throw new Error(`Tensor "${name}" has ${data.length} values for shape (${shape.join(",")}).`);
    }
    const end = offset + data.byteLength;
    entries.push([name, { dtype: typeOf(data), shape, data_offsets: [offset, end] }]);
    offset = end;
  }

  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, lengthBytes, lengthBytes + headerLength);
  bytes.set(json, lengthBytes);
  let position = lengthBytes + headerLength;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** Throws `FormatError` saying what is wrong, and of which tensor. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { tensors, metadata } = openSafetensors(bytes);
  const decoded = new Map<string, StoredTensor>();
  for (const [name, { type, shape, bytes: stored }] of tensors) {
    if (!isRead(type)) {
      throw new FormatError(
        "safetensors",
        `tensor "${name}" is stored as ${type}, which is not read here.`,
        `Save it as one of ${Object.keys(arrayOf).join(", ")}.`,
      );
    }
    decoded.set(name, { shape, data: arrayOf[type](stored) });
  }
  return { tensors: decoded, metadata };
}

/** As `decodeSafetensors`, with every type that the format knows, and without looking into the tensors. */
export function openSafetensors(bytes: Uint8Array): {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const { header, dataStart } = readHeader(bytes);
  const payloadLength = bytes.length - dataStart;
  const entries = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, entry]) => ({ name, ...readEntry(name, entry, payloadLength) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin < covered) fail(`tensor "${name}" overlaps the one before it.`);
    if (begin > covered)
      fail(`${begin - covered} bytes before tensor "${name}" belong to nothing.`);
    covered = end;
  }
  if (covered < payloadLength) {
    fail(`${payloadLength - covered} bytes after the last tensor belong to nothing.`);
  }

  const tensors = new Map<string, FileTensor>();
  for (const { name, type, shape, begin, end } of entries) {
    tensors.set(name, {
      type,
      shape,
      bytes: bytes.subarray(dataStart + begin, dataStart + end),
    });
  }
  return { tensors, metadata: readMetadata(header[metadataKey]) };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < lengthBytes) {
    fail(
      `it has ${bytes.length} bytes, fewer than the ${lengthBytes} that give the header's length.`,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes)) fail(`its header claims ${length} bytes.`);
  const dataStart = lengthBytes + Number(length);
  if (dataStart > bytes.length) {
    fail(
      `its header claims ${length} bytes, but the file ends after ${bytes.length - lengthBytes}.`,
    );
  }

  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(lengthBytes, dataStart),
    );
    header = JSON.parse(text);
  } catch (error) {
    return fail(
      `its header is not JSON (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
  if (!isRecord(header)) return fail("its header is not a JSON object.");
  const duplicate = firstDuplicateKey(text);
  if (duplicate !== undefined) fail(`"${duplicate}" occurs twice in its header.`);
  return { header, dataStart };
}

function readEntry(name: string, entry: unknown, payloadLength: number) {
  if (!isRecord(entry)) return fail(`the entry of tensor "${name}" is not an object.`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string") return fail(`tensor "${name}" has no dtype.`);
  if (!Object.hasOwn(elementTypes, dtype)) {
    throw new FormatError(
      "safetensors",
      `tensor "${name}" is stored as ${dtype}, which is not read here.`,
      `Save it as one of ${Object.keys(elementTypes).join(", ")}.`,
    );
  }
  const type = elementTypes[dtype];
  if (!isSizes(shape)) return fail(`the shape of tensor "${name}" is not a list of sizes.`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    return fail(`the data_offsets of tensor "${name}" are not two positions.`);
  }

  const [begin, end] = offsets;
  if (end < begin) fail(`tensor "${name}" ends at ${end}, before it begins at ${begin}.`);
  if (end > payloadLength) {
    fail(
      `tensor "${name}" ends at byte ${end}, but only ${payloadLength} bytes follow the header.`,
    );
  }
  const expected = byteCount(shape, type);
  if (expected !== end - begin) {
    const needs = expected === undefined ? "more bytes than a file can have" : `${expected} bytes`;
    fail(`tensor "${name}" of shape (${shape.join(",")}) needs ${needs}, but has ${end - begin}.`);
  }
  return { type, shape, begin, end };
}

function byteCount(shape: readonly number[], type: ElementType): number | undefined {
  const bytes = (elementsOf(shape) ?? Infinity) * bytesOfElement(type);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) return fail(`its ${metadataKey} is not an object.`);
  const texts: [string, string][] = [];
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") return fail(`"${key}" in its ${metadataKey} is not a string.`);
    texts.push([key, text]);
  }
  return Object.fromEntries(texts);
}

function typeOf(data: TensorData): string {
  if (data instanceof Float64Array) return "F64";
  if (data instanceof Float32Array) return "F32";
  if (data instanceof BigInt64Array) return "I64";
  if (data instanceof Int32Array) return "I32";
  return "U8";
}

const isRead = (type: ElementType): type is keyof typeof arrayOf => Object.hasOwn(arrayOf, type);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

function fail(message: string): never {
  throw new FormatError("safetensors", message);
}
