/** The bytes of a pickle, read from front to back; every read is checked against the end. */
import { FormatError } from "../formatError.ts";

export interface PickleBytes {
  position(): number;
  byte(): number;
  skip(length: number): void;
  take(length: number): Uint8Array;
  /** `length` bytes, little-endian. */
  unsigned(length: 2 | 4 | 8): number;
  signed32(): number;
  /** Big-endian, as only this one is. */
  float64(): number;
  /** Two's complement, little-endian. A number where that is exact. */
  longInteger(length: number): number | bigint;
  text(length: number): string;
  /** Up to a line break, which is left out. */
  line(): string;
  /** An integer as protocol 0 writes it; `00` and `01` are false and true. */
  writtenInteger(): number | bigint | boolean;
}

/** Longer integers are no part of a model, and slow to turn into a number. */
const maximumIntegerBytes = 64;

export function openPickleBytes(data: Uint8Array, start: number): PickleBytes {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let at = start;
  const advance = (length: number): number => {
    if (length > data.length - at) fail(`it ends at byte ${data.length}, inside a value.`);
    at += length;
    return at - length;
  };
  const line = (): string => {
    const end = data.indexOf(0x0a, at);
    if (end < 0) return fail("it ends inside a line.");
    const from = advance(end + 1 - at);
    return new TextDecoder().decode(data.subarray(from, end));
  };
  const take = (length: number): Uint8Array => {
    const from = advance(length);
    return data.subarray(from, from + length);
  };
  return {
    position: () => at,
    byte: () => data[advance(1)],
    skip: (length) => void advance(length),
    take,
    unsigned(length) {
      const from = advance(length);
      if (length === 2) return view.getUint16(from, true);
      if (length === 4) return view.getUint32(from, true);
      return Number(view.getBigUint64(from, true));
    },
    signed32: () => view.getInt32(advance(4), true),
    float64: () => view.getFloat64(advance(8), false),
    longInteger(length) {
      if (length > maximumIntegerBytes) return fail(`it has an integer of ${length} bytes.`);
      let value = 0n;
      const bytes = take(length);
      for (let k = length - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[k]);
      if (length > 0 && bytes[length - 1] & 0x80) value -= 1n << BigInt(8 * length);
      return narrowed(value);
    },
    text: (length) => new TextDecoder().decode(take(length)),
    line,
    writtenInteger() {
      const written = line().replace(/L$/, "");
      if (written === "00" || written === "01") return written === "01";
      if (!/^-?\d{1,80}$/.test(written)) return fail(`"${written.slice(0, 20)}" is no integer.`);
      return narrowed(BigInt(written));
    },
  };
}

const narrowed = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

function fail(message: string): never {
  throw new FormatError("pickle", message);
}
