/**
 * A dataset in chunks of one shape, each at an address of its own; those that were never written are zeros. Where the
 * addresses are written down: a B-tree (the usual way), or, since HDF5 1.10, nothing (a single chunk), a row of chunks
 * (implicit), or an array of fixed size.
 */
import { elementsOf } from "../fileTensor.ts";
import { unfilter, type Stored } from "./dataset.ts";
import { refuse, type Hdf5Bytes } from "./hdf5Bytes.ts";

interface Chunk {
  /** Of its first element. */
  readonly at: readonly number[];
  readonly address: number;
  /** As stored. */
  readonly length: number;
  /** Filters that were skipped. */
  readonly mask: number;
}

export function readChunks(
  bytes: Hdf5Bytes,
  at: number,
  version: number,
  stored: Stored,
): Uint8Array {
  const { shape, elementBytes, length, filters } = stored;
  const { chunkShape, chunks } =
    version === 3 ? openTree(bytes, at, stored) : openNewIndex(bytes, at, stored);
  const chunkBytes = (elementsOf(chunkShape) ?? Infinity) * elementBytes;
  bytes.allow(length);
  const out = new Uint8Array(length);
  for (const chunk of chunks) {
    if (chunk.at.some((start, axis) => start >= shape[axis])) continue;
    bytes.allow(2 * chunkBytes);
    const raw = bytes.slice(chunk.address, chunk.length);
    place(out, unfilter(raw, filters, chunk.mask, chunkBytes), chunk.at, chunkShape, stored);
  }
  return out;
}

/** Copies a chunk's rows to where they belong; what reaches over the edge is left out. */
function place(
  out: Uint8Array,
  data: Uint8Array,
  start: readonly number[],
  chunkShape: readonly number[],
  { shape, elementBytes }: Stored,
): void {
  const rank = shape.length;
  const row = Math.min(chunkShape[rank - 1], shape[rank - 1] - start[rank - 1]) * elementBytes;
  const index = chunkShape.slice(0, -1).map(() => 0);
  const rows = elementsOf(index.map((_, axis) => chunkShape[axis])) ?? 0;
  for (let k = 0; k < rows; k++) {
    if (index.every((i, axis) => start[axis] + i < shape[axis])) {
      let to = 0;
      for (let axis = 0; axis < rank; axis++)
        to = to * shape[axis] + start[axis] + (index[axis] ?? 0);
      const from = k * chunkShape[rank - 1] * elementBytes;
      out.set(data.subarray(from, from + row), to * elementBytes);
    }
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === chunkShape[axis]; axis--)
      index[axis] = 0;
  }
}

function checkRank(rank: number, { shape }: Stored): void {
  if (rank !== shape.length || rank === 0) refuse("a dataset's chunks do not fit its shape.");
}

function openTree(bytes: Hdf5Bytes, at: number, stored: Stored) {
  // The last dimension is the element's own bytes.
  const rank = bytes.unsigned(at + 2, 1) - 1;
  checkRank(rank, stored);
  const root = bytes.address(at + 3);
  const sizes = at + 3 + bytes.addressSize;
  const chunkShape = Array.from({ length: rank }, (_, axis) => bytes.unsigned(sizes + 4 * axis, 4));
  const chunks: Chunk[] = [];
  if (root !== Infinity) collect(bytes, root, rank, chunks, new Set());
  return { chunkShape, chunks };
}

function collect(
  bytes: Hdf5Bytes,
  at: number,
  rank: number,
  chunks: Chunk[],
  seen: Set<number>,
): void {
  if (seen.has(at)) refuse("a dataset's tree grows in a circle.");
  seen.add(at);
  if (!bytes.says(at, "TREE") || bytes.unsigned(at + 4, 1) !== 1)
    refuse("a dataset's tree is damaged.");
  const level = bytes.unsigned(at + 5, 1);
  const count = bytes.unsigned(at + 6, 2);
  const keyBytes = 8 + 8 * (rank + 1);
  let position = at + 8 + 2 * bytes.addressSize;
  for (let k = 0; k < count; k++) {
    const key = position;
    const address = bytes.address(key + keyBytes);
    position += keyBytes + bytes.addressSize;
    if (level > 0) collect(bytes, address, rank, chunks, seen);
    else {
      chunks.push({
        at: Array.from({ length: rank }, (_, axis) => bytes.unsigned(key + 8 + 8 * axis, 8)),
        address,
        length: bytes.unsigned(key, 4),
        mask: bytes.unsigned(key + 4, 4),
      });
    }
  }
}

const indexKinds = { single: 1, implicit: 2, fixedArray: 3 } as const;

function openNewIndex(bytes: Hdf5Bytes, at: number, stored: Stored) {
  const flags = bytes.unsigned(at + 2, 1);
  const rank = bytes.unsigned(at + 3, 1) - 1;
  checkRank(rank, stored);
  const sizeBytes = bytes.unsigned(at + 4, 1);
  const chunkShape = Array.from({ length: rank }, (_, axis) =>
    bytes.unsigned(at + 5 + axis * sizeBytes, sizeBytes),
  );
  const kind = bytes.unsigned(at + 5 + (rank + 1) * sizeBytes, 1);
  const details = at + 6 + (rank + 1) * sizeBytes;
  const chunkBytes = (elementsOf(chunkShape) ?? Infinity) * stored.elementBytes;
  const grid = chunkGrid(stored.shape, chunkShape);
  if (kind === indexKinds.single) {
    const filtered = (flags & 2) !== 0;
    const address = bytes.address(details + (filtered ? bytes.lengthSize + 4 : 0));
    const length = filtered ? bytes.size(details) : chunkBytes;
    const mask = filtered ? bytes.unsigned(details + bytes.lengthSize, 4) : 0;
    const chunk = { at: chunkShape.map(() => 0), address, length, mask };
    return { chunkShape, chunks: address === Infinity ? [] : [chunk] };
  }
  if (kind === indexKinds.implicit) {
    const first = bytes.address(details);
    const chunks = grid.map((start, k) => ({
      at: start,
      address: first + k * chunkBytes,
      length: chunkBytes,
      mask: 0,
    }));
    return { chunkShape, chunks };
  }
  if (kind === indexKinds.fixedArray) {
    return {
      chunkShape,
      chunks: readFixedArray(bytes, bytes.address(details + 1), grid, chunkBytes),
    };
  }
  return refuse(
    "a dataset's chunks are listed in a way that is not read here.",
    'Save it without libver="latest".',
  );
}

/** First elements of all chunks, row by row. */
function chunkGrid(
  shape: readonly number[],
  chunkShape: readonly number[],
): readonly (readonly number[])[] {
  const counts = shape.map((size, axis) => Math.ceil(size / chunkShape[axis]));
  const total = elementsOf(counts) ?? Infinity;
  if (!(total <= 1_000_000)) return refuse("a dataset has too many chunks.");
  return Array.from({ length: total }, (_, k) => {
    const start: number[] = [];
    let rest = k;
    for (let axis = counts.length - 1; axis >= 0; axis--) {
      start.unshift((rest % counts[axis]) * chunkShape[axis]);
      rest = Math.floor(rest / counts[axis]);
    }
    return start;
  });
}

function readFixedArray(
  bytes: Hdf5Bytes,
  header: number,
  grid: readonly (readonly number[])[],
  chunkBytes: number,
): readonly Chunk[] {
  if (!bytes.says(header, "FAHD")) refuse("a dataset's list of chunks is damaged.");
  const filtered = bytes.unsigned(header + 5, 1) === 1;
  const entryBytes = bytes.unsigned(header + 6, 1);
  const pageBits = bytes.unsigned(header + 7, 1);
  const block = bytes.address(header + 8 + bytes.lengthSize);
  if (block === Infinity) return [];
  if (!bytes.says(block, "FADB")) refuse("a dataset's list of chunks is damaged.");
  if (grid.length > 2 ** pageBits)
    refuse("a dataset's list of chunks has pages, which are not read here.");
  const first = block + 6 + bytes.addressSize;
  return grid.flatMap((at, k) => {
    const entry = first + k * entryBytes;
    const address = bytes.address(entry);
    if (address === Infinity) return [];
    const sizeBytes = entryBytes - bytes.addressSize - 4;
    const length = filtered ? bytes.unsigned(entry + bytes.addressSize, sizeBytes) : chunkBytes;
    const mask = filtered ? bytes.unsigned(entry + bytes.addressSize + sizeBytes, 4) : 0;
    return [{ at, address, length, mask }];
  });
}
