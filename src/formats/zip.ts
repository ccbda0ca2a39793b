/**
 * zip archives, as PyTorch, NumPy and Keras write them: stored or deflated entries, zip64. What the central directory says
 * is checked against the bytes that are there; checksums are verified; what would inflate out of all proportion is refused.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { inflateSync } from "fflate/browser";
import { crc32 } from "./crc32.ts";
import { FormatError } from "./formatError.ts";

export interface ZipEntry {
  readonly name: string;
  /** Uncompressed bytes. */
  readonly size: number;
  /** Its bytes; a view of the archive where it is stored. Throws `FormatError` when they are damaged. */
  readonly read: () => Uint8Array;
}

const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
/** What follows the end record is a comment of at most this many bytes. */
const maximumComment = 65_535;
/** Weights hardly shrink; text may, so that an entry may be this many times the archive … */
const maximumExpansion = 32;
/** … and small archives of text a little more. */
const alwaysAllowed = 2 ** 22;

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

/** Entries by name, in the archive's order. Throws `FormatError`. */
export function openZip(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { count, start, length } = readEnd(view);
  if (start + length > bytes.length) fail("its directory lies beyond its end.");
  if (count * 46 > length) fail(`its directory claims ${count} entries in ${length} bytes.`);
  const entries = new Map<string, ZipEntry>();
  const budget = { left: bytes.length * maximumExpansion + alwaysAllowed };
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 46 > start + length || view.getUint32(at, true) !== signature.central) {
      fail(`entry ${index} of its directory is damaged.`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > start + length) fail(`entry ${index} of its directory is cut.`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (entries.has(name)) fail(`"${name}" occurs twice in it.`);
    const place = readPlace(view, at, at + 46 + nameLength, extraLength);
    entries.set(name, {
      name,
      size: place.size,
      read: () => readEntry(bytes, name, place, budget),
    });
    at = next;
  }
  return entries;
}

function readEnd(view: DataView): {
  readonly count: number;
  readonly start: number;
  readonly length: number;
} {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - maximumComment); at--) {
    if (view.getUint32(at, true) !== signature.end) continue;
    const locator = at - 20;
    if (locator >= 0 && view.getUint32(locator, true) === signature.locator64) {
      const end64 = whole(view, locator + 8);
      if (end64 + 56 > view.byteLength || view.getUint32(end64, true) !== signature.end64) {
        fail("its zip64 end record is not where it should be.");
      }
      return {
        count: whole(view, end64 + 32),
        length: whole(view, end64 + 40),
        start: whole(view, end64 + 48),
      };
    }
    return {
      count: view.getUint16(at + 10, true),
      length: view.getUint32(at + 12, true),
      start: view.getUint32(at + 16, true),
    };
  }
  return fail("its directory is missing.", "The file is incomplete: copy or download it again.");
}

interface Place {
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  /** Of the local header. */
  readonly offset: number;
}

function readPlace(view: DataView, at: number, extra: number, extraLength: number): Place {
  let size = view.getUint32(at + 24, true);
  let compressed = view.getUint32(at + 20, true);
  let offset = view.getUint32(at + 42, true);
  for (let field = extra; field + 4 <= extra + extraLength;) {
    const length = view.getUint16(field + 2, true);
    let from = field + 4;
    const end = from + length;
    if (end > extra + extraLength) break;
    if (view.getUint16(field, true) === 1) {
      // Only what does not fit 32 bits is there, in this order.
      const take = (value: number): number => {
        if (value !== 0xffffffff) return value;
        if (from + 8 > end) return fail("a zip64 field is cut.");
        from += 8;
        return whole(view, from - 8);
      };
      size = take(size);
      compressed = take(compressed);
      offset = take(offset);
    }
    field = end;
  }
  return {
    method: view.getUint16(at + 10, true),
    encrypted: (view.getUint16(at + 8, true) & 1) === 1,
    crc: view.getUint32(at + 16, true),
    compressed,
    size,
    offset,
  };
}

function readEntry(
  bytes: Uint8Array,
  name: string,
  place: Place,
  budget: { left: number },
): Uint8Array {
  const { method, encrypted, crc, compressed, size, offset } = place;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (encrypted) fail(`"${name}" is encrypted.`);
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== signature.local) {
    fail(`"${name}" is not where the directory says.`);
  }
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + compressed > bytes.length) fail(`"${name}" lies beyond the archive's end.`);
  const stored = bytes.subarray(start, start + compressed);
  const data = method === 0 ? stored : inflated(name, stored, method, size, budget);
  if (data.length !== size) fail(`"${name}" has ${data.length} bytes instead of ${size}.`);
  if (crc32(data) !== crc) {
    fail(`"${name}" is damaged: its checksum is wrong.`, "Copy or download the file again.");
  }
  return data;
}

function inflated(
  name: string,
  stored: Uint8Array,
  method: number,
  size: number,
  budget: { left: number },
): Uint8Array {
  if (method !== 8) fail(`"${name}" is compressed in a way (${method}) that is not read here.`);
  budget.left -= size;
  if (budget.left < 0)
    fail(`"${name}" claims to unpack to ${size} bytes, which is out of all proportion.`);
  try {
    return inflateSync(stored, { out: new Uint8Array(size) });
  } catch {
    return fail(`"${name}" cannot be unpacked.`, "Copy or download the file again.");
  }
}

/** 64 bits. */
function whole(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  return Number.isSafeInteger(value) ? value : fail(`it claims a size of ${value} bytes.`);
}

function fail(message: string, advice?: string): never {
  throw new FormatError("zip", message, advice);
}
