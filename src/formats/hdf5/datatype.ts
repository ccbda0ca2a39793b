/** HDF5's types of numbers and texts, and the shapes of what is stored. */
import type { ElementType } from "../fileTensor.ts";
import { refuse, type Hdf5Bytes } from "./hdf5Bytes.ts";

export type Datatype =
  | { readonly kind: "number"; readonly type: ElementType; readonly size: number }
  /** Of `size` bytes, ended or filled with zeros. */
  | { readonly kind: "text"; readonly size: number }
  /** As long as it is, in the global heap. */
  | { readonly kind: "long-text"; readonly size: number }
  | { readonly kind: "other"; readonly size: number };

const classes = { whole: 0, real: 1, text: 3, enumeration: 8, variable: 9 } as const;
const realTypes: Readonly<Record<number, ElementType>> = {
  2: "float16",
  4: "float32",
  8: "float64",
};
const wholeTypes: Readonly<Record<number, readonly [unsigned: ElementType, signed: ElementType]>> =
  {
    1: ["uint8", "int8"],
    2: ["uint16", "int16"],
    4: ["uint32", "int32"],
    8: ["uint64", "int64"],
  };

export function readDatatype(bytes: Hdf5Bytes, at: number): Datatype {
  const kind = bytes.unsigned(at, 1) & 0x0f;
  const bits = bytes.unsigned(at + 1, 3);
  const size = bytes.unsigned(at + 4, 4);
  if (kind === classes.text) return { kind: "text", size };
  // Bits 0 … 3 tell sequences (0) from texts (1).
  if (kind === classes.variable) return { kind: (bits & 0x0f) === 1 ? "long-text" : "other", size };
  if (kind === classes.enumeration)
    return size === 1 ? { kind: "number", type: "bool", size } : { kind: "other", size };
  const bigEndian = (bits & 1) === 1;
  if (kind === classes.real) {
    const type = realTypes[size];
    if (type === undefined) return { kind: "other", size };
    if (bigEndian) refuse("its numbers are big-endian.", "Save the model again on this machine.");
    // 2 bytes with 8 bits of exponent are bfloat16.
    const exponentBits = bytes.unsigned(at + 13, 1);
    return { kind: "number", type: size === 2 && exponentBits === 8 ? "bfloat16" : type, size };
  }
  if (kind === classes.whole && !bigEndian) {
    const types = wholeTypes[size];
    if (types) return { kind: "number", type: types[bits & 8 ? 1 : 0], size };
  }
  return { kind: "other", size };
}

/** Sizes, largest first; empty for a single value. Undefined for an object without any. */
export function readDataspace(bytes: Hdf5Bytes, at: number): readonly number[] | undefined {
  const version = bytes.unsigned(at, 1);
  const rank = bytes.unsigned(at + 1, 1);
  if (version !== 1 && version !== 2) return refuse(`a shape has the version ${version}.`);
  if (version === 2 && bytes.unsigned(at + 3, 1) === 2) return undefined;
  if (rank > 32) return refuse(`something has ${rank} dimensions.`);
  const first = at + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, axis) => bytes.size(first + axis * bytes.lengthSize));
}
