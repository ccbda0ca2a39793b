/** What lies in an HDF5 group, by name: the old way, a B-tree of names, and the new way, links in the header itself. */
import { refuse, type Hdf5Bytes } from "./hdf5Bytes.ts";
import { messageTypes, type Message } from "./objectHeader.ts";

/** Addresses of the headers of its members. */
export function readMembers(
  bytes: Hdf5Bytes,
  messages: readonly Message[],
): ReadonlyMap<string, number> {
  const members = new Map<string, number>();
  for (const { type, at } of messages) {
    if (type === messageTypes.symbolTable) {
      const tree = bytes.address(at);
      const heap = bytes.address(at + bytes.addressSize);
      readTree(bytes, tree, readHeap(bytes, heap), members, new Set());
    }
    if (type === messageTypes.link) readLink(bytes, at, members);
    if (type === messageTypes.linkInfo) refuseDense(bytes, at);
  }
  return members;
}

/** Where the names lie. */
function readHeap(bytes: Hdf5Bytes, at: number): number {
  if (!bytes.says(at, "HEAP")) refuse("a group has no names.");
  return bytes.address(at + 8 + 2 * bytes.lengthSize);
}

function readTree(
  bytes: Hdf5Bytes,
  at: number,
  names: number,
  members: Map<string, number>,
  seen: Set<number>,
): void {
  if (seen.has(at)) refuse("a group's tree grows in a circle.");
  seen.add(at);
  if (bytes.says(at, "SNOD")) {
    readSymbols(bytes, at, names, members);
    return;
  }
  if (!bytes.says(at, "TREE") || bytes.unsigned(at + 4, 1) !== 0)
    refuse("a group's tree is damaged.");
  const count = bytes.unsigned(at + 6, 2);
  // Children stand between keys, after the addresses of the two neighbours.
  const first = at + 8 + 2 * bytes.addressSize + bytes.lengthSize;
  for (let k = 0; k < count; k++) {
    const child = bytes.address(first + k * (bytes.addressSize + bytes.lengthSize));
    readTree(bytes, child, names, members, seen);
  }
}

function readSymbols(
  bytes: Hdf5Bytes,
  at: number,
  names: number,
  members: Map<string, number>,
): void {
  const count = bytes.unsigned(at + 6, 2);
  const size = 2 * bytes.addressSize + 24;
  for (let k = 0; k < count; k++) {
    const entry = at + 8 + k * size;
    const name = bytes.text(names + bytes.address(entry), 1024);
    // 2 marks a symbolic link.
    if (bytes.unsigned(entry + 2 * bytes.addressSize, 4) === 2) continue;
    members.set(name, bytes.address(entry + bytes.addressSize));
  }
}

function readLink(bytes: Hdf5Bytes, at: number, members: Map<string, number>): void {
  const flags = bytes.unsigned(at + 1, 1);
  let position = at + 2;
  const type = flags & 8 ? bytes.unsigned(position++, 1) : 0;
  if (flags & 4) position += 8;
  if (flags & 0x10) position += 1;
  const lengthSize = 2 ** (flags & 3);
  const length = bytes.unsigned(position, lengthSize);
  position += lengthSize;
  if (length > 1024) refuse("a name is too long.");
  const name = bytes.text(position, length);
  if (type === 0) members.set(name, bytes.address(position + length));
}

/** Groups of many links keep them in a heap of their own. */
function refuseDense(bytes: Hdf5Bytes, at: number): void {
  const flags = bytes.unsigned(at + 1, 1);
  const heap = bytes.address(at + 2 + (flags & 1 ? 8 : 0));
  if (heap !== Infinity) {
    refuse(
      "a group keeps its names in a way that is not read here.",
      'In Python, copy it with h5py.File(OUT, "w") without libver="latest".',
    );
  }
}
