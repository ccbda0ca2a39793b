/** Attributes of an HDF5 object: texts, lists of texts, numbers. Long texts lie in the global heap. */
import { elementsOf } from "../fileTensor.ts";
import { readDataspace, readDatatype, type Datatype } from "./datatype.ts";
import { refuse, type Hdf5Bytes } from "./hdf5Bytes.ts";
import { messageTypes, type Message } from "./objectHeader.ts";

export type AttributeValue = string | readonly string[];

/** Those that are texts; the others are left out. */
export function readAttributes(
  bytes: Hdf5Bytes,
  messages: readonly Message[],
): ReadonlyMap<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const message of messages) {
    if (message.type !== messageTypes.attribute) continue;
    const { name, value } = readAttribute(bytes, message);
    if (value !== undefined) attributes.set(name, value);
  }
  return attributes;
}

function readAttribute(bytes: Hdf5Bytes, { at, length }: Message) {
  const version = bytes.unsigned(at, 1);
  if (version < 1 || version > 3) return refuse(`an attribute has the version ${version}.`);
  const [nameSize, typeSize, spaceSize] = [2, 4, 6].map((offset) => bytes.unsigned(at + offset, 2));
  // Version 1 pads each part to eight bytes; version 3 says in which letters the name is written.
  const padded = (size: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const nameAt = at + (version === 3 ? 9 : 8);
  const typeAt = nameAt + padded(nameSize);
  const spaceAt = typeAt + padded(typeSize);
  const dataAt = spaceAt + padded(spaceSize);
  const name = bytes.text(nameAt, nameSize);
  const shape = readDataspace(bytes, spaceAt);
  if (!shape) return { name, value: undefined };
  const type = readDatatype(bytes, typeAt);
  const count = elementsOf(shape) ?? Infinity;
  if (!(dataAt + count * type.size <= at + length))
    return refuse(`the attribute "${name}" is cut.`);
  const texts = readTexts(bytes, type, dataAt, count);
  return { name, value: shape.length === 0 ? texts?.[0] : texts };
}

function readTexts(
  bytes: Hdf5Bytes,
  type: Datatype,
  at: number,
  count: number,
): readonly string[] | undefined {
  if (type.size < 1) return undefined;
  if (type.kind === "text") {
    bytes.allow(count * type.size);
    return Array.from({ length: count }, (_, k) => bytes.text(at + k * type.size, type.size));
  }
  if (type.kind !== "long-text" || type.size !== 8 + bytes.addressSize) return undefined;
  return Array.from({ length: count }, (_, k) => readLongText(bytes, at + k * type.size));
}

/** A text's length, the address of a collection of the global heap, and its number there. */
function readLongText(bytes: Hdf5Bytes, at: number): string {
  const length = bytes.unsigned(at, 4);
  const collection = bytes.address(at + 4);
  const wanted = bytes.unsigned(at + 4 + bytes.addressSize, 4);
  if (length === 0) return "";
  if (!bytes.says(collection, "GCOL")) refuse("a text is not where it should be.");
  const end = collection + bytes.size(collection + 8);
  let object = collection + 8 + bytes.lengthSize;
  while (object + 8 + bytes.lengthSize <= Math.min(end, bytes.length)) {
    const index = bytes.unsigned(object, 2);
    const size = bytes.size(object + 8);
    const data = object + 8 + bytes.lengthSize;
    if (index === 0) break;
    if (index === wanted) {
      bytes.allow(length);
      return new TextDecoder().decode(bytes.slice(data, Math.min(length, size)));
    }
    object = data + Math.ceil(size / 8) * 8;
  }
  return refuse("a text is missing.");
}
