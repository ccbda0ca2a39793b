/** Protocol buffers, read: the fields of a message in their order. https://protobuf.dev/programming-guides/encoding */
import { FormatError } from "./formatError.ts";

export interface ProtobufValue {
  readonly field: number;
  /** Of a varint, as a signed 64-bit number where that is exact; 0 for other kinds. */
  readonly integer: number;
  /** Of a length-delimited field: a view. Empty for other kinds. */
  readonly bytes: Uint8Array;
  /** Of a 32-bit field; 0 for other kinds. */
  readonly float: number;
}

const nothing = new Uint8Array();

/** Fields one by one; nothing is kept. Throws `FormatError` for a message that is cut or no message at all. */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufValue> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const position = { at: 0 };
  const take = (length: number): number => {
    if (length > bytes.length - position.at) fail("a message is cut.");
    position.at += length;
    return position.at - length;
  };
  while (position.at < bytes.length) {
    const tag = readVarint(bytes, position);
    const field = Math.floor(tag / 8);
    const empty = { field, integer: 0, bytes: nothing, float: 0 };
    switch (tag % 8) {
      case 0:
        yield { ...empty, integer: readVarint(bytes, position) };
        break;
      case 1:
        take(8);
        yield empty;
        break;
      case 2: {
        const length = readVarint(bytes, position);
        const from = take(length < 0 ? Infinity : length);
        yield { ...empty, bytes: bytes.subarray(from, from + length) };
        break;
      }
      case 5:
        yield { ...empty, float: view.getFloat32(take(4), true) };
        break;
      default:
        fail(`a field is of a kind (${tag % 8}) that does not exist any more.`);
    }
  }
}

/** Varints that lie together. */
export function packedVarints(bytes: Uint8Array): number[] {
  const position = { at: 0 };
  const values: number[] = [];
  while (position.at < bytes.length) values.push(readVarint(bytes, position));
  return values;
}

function readVarint(bytes: Uint8Array, position: { at: number }): number {
  let low = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (position.at >= bytes.length) return fail("a number is cut.");
    const byte = bytes[position.at++];
    // Up to 49 bits doubles are exact; what is longer is negative or absurd.
    if (shift >= 49) return readLong(bytes, position, low, shift, byte);
    low += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return low;
  }
  return fail("a number is too long.");
}

function readLong(
  bytes: Uint8Array,
  position: { at: number },
  low: number,
  start: number,
  first: number,
): number {
  let value = BigInt(low);
  let byte = first;
  for (let shift = start; ; shift += 7) {
    value |= BigInt(byte & 0x7f) << BigInt(shift);
    if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    if (shift >= 63 || position.at >= bytes.length) return fail("a number is too long.");
    byte = bytes[position.at++];
  }
}

function fail(message: string): never {
  throw new FormatError("protocol buffer (ONNX)", message);
}
