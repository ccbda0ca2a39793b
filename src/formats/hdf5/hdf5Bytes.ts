/** The bytes of an HDF5 file, read at any address; every read is checked against the end. */
import { FormatError } from "../formatError.ts";

export interface Hdf5Bytes {
  readonly length: number;
  /** Bytes of an address, as the superblock says: 4 or 8. */
  readonly addressSize: number;
  /** Bytes of a length. */
  readonly lengthSize: number;
  /** Little-endian, of 1 to 8 bytes. All bits set, HDF5's "nowhere", gives Infinity for 4 and 8. */
  unsigned(at: number, size: number): number;
  address(at: number): number;
  size(at: number): number;
  slice(at: number, length: number): Uint8Array;
  /** Up to a zero byte. */
  text(at: number, longest: number): string;
  /** Whether these letters stand there. */
  says(at: number, letters: string): boolean;
  /** Takes from what may be allocated; throws when it is used up. */
  allow(bytes: number): void;
}

export function hdf5Bytes(
  bytes: Uint8Array,
  sizes: { readonly addressSize: number; readonly lengthSize: number },
): Hdf5Bytes {
  const { addressSize, lengthSize } = sizes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Weights hardly shrink; a file of zeros may.
  let left = 16 * bytes.length + 2 ** 22;
  const check = (at: number, length: number): void => {
    if (!(at >= 0 && length >= 0 && at + length <= bytes.length)) {
      refuse(`it points to byte ${at + length}, but has ${bytes.length}.`);
    }
  };
  const unsigned = (at: number, size: number): number => {
    check(at, size);
    if (size === 1) return view.getUint8(at);
    if (size === 2) return view.getUint16(at, true);
    if (size === 4) {
      const value = view.getUint32(at, true);
      return value === 0xffffffff ? Infinity : value;
    }
    if (size === 8) {
      const value = view.getBigUint64(at, true);
      return value === 0xffffffffffffffffn ? Infinity : Number(value);
    }
    let value = 0;
    for (let k = size - 1; k >= 0; k--) value = value * 256 + bytes[at + k];
    return value;
  };
  const slice = (at: number, length: number): Uint8Array => {
    check(at, length);
    return bytes.subarray(at, at + length);
  };
  return {
    length: bytes.length,
    addressSize,
    lengthSize,
    unsigned,
    address: (at) => unsigned(at, addressSize),
    size: (at) => unsigned(at, lengthSize),
    slice,
    text(at, longest) {
      check(at, 0);
      const piece = bytes.subarray(at, Math.min(bytes.length, at + longest));
      const end = piece.indexOf(0);
      return new TextDecoder().decode(end < 0 ? piece : piece.subarray(0, end));
    },
    says: (at, letters) =>
      [...new TextEncoder().encode(letters)].every((letter, k) => bytes[at + k] === letter),
    allow(amount) {
      left -= amount;
      if (!(left >= 0)) refuse("what it holds is out of all proportion to its size.");
    },
  };
}

export function refuse(message: string, advice?: string): never {
  throw new FormatError("HDF5", message, advice);
}
