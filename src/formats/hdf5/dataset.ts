/** Numbers of an HDF5 dataset: in its header, in one piece, or in chunks that may be compressed. */
import { unzlibSync } from "fflate/browser";
import { elementsOf, type FileTensor } from "../fileTensor.ts";
import { readChunks } from "./chunks.ts";
import { readDataspace, readDatatype } from "./datatype.ts";
import { refuse, type Hdf5Bytes } from "./hdf5Bytes.ts";
import { messageTypes, type Message } from "./objectHeader.ts";

/** Undefined for an object that is no dataset of numbers. */
export function readDataset(
  bytes: Hdf5Bytes,
  messages: readonly Message[],
): FileTensor | undefined {
  const find = (type: number) => messages.find((message) => message.type === type);
  const [space, type, layout] = [
    find(messageTypes.dataspace),
    find(messageTypes.datatype),
    find(messageTypes.layout),
  ];
  if (!space || !type || !layout) return undefined;
  const shape = readDataspace(bytes, space.at);
  const datatype = readDatatype(bytes, type.at);
  if (!shape || datatype.kind !== "number") return undefined;
  const length = (elementsOf(shape) ?? Infinity) * datatype.size;
  const filters = find(messageTypes.filters);
  const data = readLayout(bytes, layout.at, {
    shape,
    elementBytes: datatype.size,
    length,
    filters: filters ? readFilters(bytes, filters.at) : [],
  });
  return { type: datatype.type, shape, bytes: data };
}

export interface Stored {
  readonly shape: readonly number[];
  readonly elementBytes: number;
  /** Bytes of all. */
  readonly length: number;
  readonly filters: readonly Filter[];
}

export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

function readLayout(bytes: Hdf5Bytes, at: number, stored: Stored): Uint8Array {
  const version = bytes.unsigned(at, 1);
  if (version < 3 || version > 5)
    refuse(`data is laid out in a way (${version}) that is not read here.`);
  const kind = bytes.unsigned(at + 1, 1);
  const { length } = stored;
  if (kind === 0) {
    const size = bytes.unsigned(at + 2, 2);
    if (size < length) refuse("a dataset is cut.");
    return bytes.slice(at + 4, length);
  }
  if (kind === 1) {
    const address = bytes.address(at + 2);
    if (address !== Infinity) return bytes.slice(address, length);
    // Nothing was ever written: zeros.
    bytes.allow(length);
    return new Uint8Array(length);
  }
  if (kind !== 2) return refuse("a dataset lies in other files.");
  return readChunks(bytes, at, version, stored);
}

/** Filters in the order in which they were applied. */
function readFilters(bytes: Hdf5Bytes, at: number): readonly Filter[] {
  const version = bytes.unsigned(at, 1);
  const count = bytes.unsigned(at + 1, 1);
  if (count > 32) return refuse(`data goes through ${count} filters.`);
  let position = at + (version === 1 ? 8 : 2);
  const filters: Filter[] = [];
  for (let k = 0; k < count; k++) {
    const id = bytes.unsigned(position, 2);
    // Version 2 leaves out the names of the filters that HDF5 itself defines.
    const named = version === 1 || id >= 256;
    const nameLength = named ? bytes.unsigned(position + 2, 2) : 0;
    position += named ? 4 : 2;
    const values = bytes.unsigned(position + 2, 2);
    position += 4 + (version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    filters.push({
      id,
      values: Array.from({ length: values }, (_, i) => bytes.unsigned(position + 4 * i, 4)),
    });
    position += 4 * (version === 1 && values % 2 === 1 ? values + 1 : values);
  }
  return filters;
}

/** Undoes the filters of one chunk of `length` bytes, last first; bits of `mask` name those that were skipped. */
export function unfilter(
  data: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  length: number,
): Uint8Array {
  let result = data;
  for (const [k, { id, values }] of [...filters.entries()].reverse()) {
    if (mask & (1 << k)) continue;
    if (id === 1) result = inflate(result, length);
    else if (id === 2) result = unshuffle(result, values[0] ?? 1);
    else if (id === 3) result = result.subarray(0, -4);
    else
      refuse(
        `a dataset is compressed with filter ${id}, which is not read here.`,
        "Save it with gzip, or uncompressed.",
      );
  }
  if (result.length < length) refuse(`a chunk has ${result.length} bytes instead of ${length}.`);
  return result.subarray(0, length);
}

/** A checksum may follow the numbers within what was deflated. */
function inflate(data: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length + 4);
  try {
    return unzlibSync(data, { out });
  } catch {
    return refuse("a chunk cannot be unpacked.", "Copy or download the file again.");
  }
}

/** First bytes of all elements lie together, then the second ones, and so on. */
function unshuffle(data: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(data.length / size);
  const out = new Uint8Array(data);
  for (let k = 0; k < count; k++)
    for (let b = 0; b < size; b++) out[k * size + b] = data[b * count + k];
  return out;
}
