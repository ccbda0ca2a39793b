/**
 * HDF5, in which Keras keeps its weights: groups within groups, datasets of numbers, attributes. Old and new layouts of the
 * file, as far as h5py writes them. https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
import type { FileTensor } from "../fileTensor.ts";
import { readAttributes, type AttributeValue } from "./attributes.ts";
import { readDataset } from "./dataset.ts";
import { readMembers } from "./groups.ts";
import { hdf5Bytes, refuse, type Hdf5Bytes } from "./hdf5Bytes.ts";
import { readHeader } from "./objectHeader.ts";

export interface Hdf5File {
  /** By path, without a slash at the front: `layers/lstm/cell/vars/0`. */
  readonly datasets: ReadonlyMap<string, FileTensor>;
  /** Of groups and datasets, by path; "" is the root. */
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, AttributeValue>>;
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Deeper than any model nests. */
const maximumDepth = 64;
const maximumObjects = 100_000;

export const isHdf5 = (bytes: Uint8Array): boolean =>
  signature.every((byte, k) => bytes[k] === byte);

/** Throws `FormatError`. */
export function openHdf5(data: Uint8Array): Hdf5File {
  if (!isHdf5(data)) refuse("it does not begin as one.");
  const { bytes, root } = readSuperblock(data);
  const datasets = new Map<string, FileTensor>();
  const attributes = new Map<string, ReadonlyMap<string, AttributeValue>>();
  const above = new Set<number>();
  // Many names may lead to one object.
  const known = new Map<number, Hdf5Object>();
  let objects = 0;
  const visit = (address: number, path: string): void => {
    if (above.has(address) || above.size > maximumDepth) return;
    if (++objects > maximumObjects) refuse("it holds more objects than any model.");
    const object = known.get(address) ?? readObject(bytes, address);
    known.set(address, object);
    if (object.attributes.size > 0) attributes.set(path, object.attributes);
    if (object.dataset) {
      datasets.set(path, object.dataset);
      return;
    }
    above.add(address);
    for (const [name, member] of object.members) {
      visit(member, path === "" ? name : `${path}/${name}`);
    }
    above.delete(address);
  };
  visit(root, "");
  return { datasets, attributes };
}

interface Hdf5Object {
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly dataset: FileTensor | undefined;
  /** Addresses by name. */
  readonly members: ReadonlyMap<string, number>;
}

function readObject(bytes: Hdf5Bytes, address: number): Hdf5Object {
  const messages = readHeader(bytes, address);
  const dataset = readDataset(bytes, messages);
  return {
    attributes: readAttributes(bytes, messages),
    dataset,
    members: dataset ? new Map() : readMembers(bytes, messages),
  };
}

function readSuperblock(data: Uint8Array): { readonly bytes: Hdf5Bytes; readonly root: number } {
  const version = data[8];
  const isOld = version === 0 || version === 1;
  if (!isOld && version !== 2 && version !== 3) {
    refuse(`its superblock has the version ${version ?? "missing"}.`);
  }
  const [addressSize, lengthSize] = isOld ? [data[13], data[14]] : [data[9], data[10]];
  if ((addressSize !== 4 && addressSize !== 8) || (lengthSize !== 4 && lengthSize !== 8)) {
    refuse(`its addresses have ${addressSize} bytes.`);
  }
  const bytes = hdf5Bytes(data, { addressSize, lengthSize });
  if (!isOld) return { bytes, root: bytes.address(12 + 3 * addressSize) };
  // Four addresses, then the root group's entry: where its name is, and where its header is.
  const entry = (version === 0 ? 24 : 28) + 4 * addressSize;
  return { bytes, root: bytes.address(entry + addressSize) };
}
