/**
 * A file that `torch.save` wrote: one pickle that refers to storages beside it. Since PyTorch 1.6 a zip archive
 *   NAME/data.pkl    NAME/data/KEY (one per storage)    NAME/byteorder
 * and before, or with `_use_new_zipfile_serialization=False`, five pickles in a row (a magic number, a protocol, the
 * machine, the object, the storages' keys) and then each storage as a count of elements and its bytes.
 */
import { FormatError } from "../formatError.ts";
import { readPickle } from "../pickle/readPickle.ts";
import { entriesOf, isOf, itemsOf, nameOf, type PickleValue } from "../pickle/pickleValue.ts";
import { isZip, openZip, type ZipEntry } from "../zip.ts";
import { bytesOfElement } from "../fileTensor.ts";
import { storageTypeOf } from "./storageTypes.ts";

export interface TorchFile {
  readonly layout: "zip" | "legacy";
  readonly root: PickleValue;
  /** The bytes of a storage; throws `FormatError` when the file has none of that key. */
  storage(key: string): Uint8Array;
}

/** 0x1950a86a20f9469cfc6c */
const legacyMagic = 119547037146038801333356n;

/** A legacy file begins with a pickle of protocol 2 that holds its magic number. */
export const isLegacyTorch = (bytes: Uint8Array): boolean =>
  [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19].every(
    (byte, k) => bytes[k] === byte,
  );

/** Throws `FormatError`. */
export function openTorchFile(bytes: Uint8Array): TorchFile {
  return isZip(bytes) ? openArchive(openZip(bytes)) : openLegacy(bytes);
}

function openArchive(entries: ReadonlyMap<string, ZipEntry>): TorchFile {
  const pickle = [...entries.keys()].find((name) => /(^|\/)data\.pkl$/.test(name));
  if (pickle === undefined) return fail("the archive has no data.pkl.");
  const folder = pickle.slice(0, -"data.pkl".length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw new FormatError(
      "PyTorch state dict",
      "it is TorchScript, which is a program rather than weights.",
      "In Python: torch.save(torch.jit.load(FILE).state_dict(), 'weights.pt')",
    );
  }
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order.read()).trim() === "big") {
    fail("it was written on a big-endian machine.", "Save it as safetensors.");
  }
  const read = new Map<string, Uint8Array>();
  return {
    layout: "zip",
    root: readPickle(entries.get(pickle)?.read() ?? new Uint8Array()).value,
    storage(key) {
      const known = read.get(key);
      if (known) return known;
      const entry = entries.get(`${folder}data/${key}`);
      if (!entry) return fail(`its storage "${key}" is missing.`);
      const data = entry.read();
      read.set(key, data);
      return data;
    },
  };
}

function openLegacy(bytes: Uint8Array): TorchFile {
  const magic = readPickle(bytes);
  if (magic.value !== legacyMagic) {
    return fail(
      "it is a pickle, but not one that torch.save wrote.",
      'Save it with torch.save(model.state_dict(), "m.pt").',
    );
  }
  const protocol = readPickle(bytes, magic.end);
  const machine = readPickle(bytes, protocol.end);
  if (entriesOf(machine.value)?.get("little_endian") === false) {
    fail("it was written on a big-endian machine.", "Save it as safetensors.");
  }
  const object = readPickle(bytes, machine.end);
  const keys = readPickle(bytes, object.end);
  const types = storageTypes(object.value);
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = keys.end;
  for (const key of (itemsOf(keys.value) ?? []).map(nameOf)) {
    const size = types.get(key);
    if (size === undefined) return fail(`nothing says what its storage "${key}" holds.`);
    if (at + 8 > bytes.length) return fail(`its storage "${key}" is missing.`);
    const length = Number(view.getBigInt64(at, true)) * size;
    if (length < 0 || at + 8 + length > bytes.length) {
      return fail(`its storage "${key}" is cut.`, "Copy or download the file again.");
    }
    storages.set(key, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return {
    layout: "legacy",
    root: object.value,
    storage: (key) => storages.get(key) ?? fail(`its storage "${key}" is missing.`),
  };
}

/** Bytes of an element of every storage that an object refers to, by key. */
function storageTypes(root: PickleValue): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const seen = new Set<PickleValue>();
  const open: PickleValue[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value instanceof Uint8Array || seen.has(value)) continue;
    seen.add(value);
    if (isOf(value, "reference")) {
      const [kind, type, key] = itemsOf(value.id) ?? [];
      if (kind === "storage") found.set(nameOf(key), bytesOfElement(storageTypeOf(type)));
      continue;
    }
    if (value.kind === "call") open.push(value.arguments, value.state);
    if ("items" in value) for (const item of value.items) open.push(item);
    if ("entries" in value) for (const [key, item] of value.entries) open.push(key, item);
  }
  return found;
}

function fail(message: string, advice?: string): never {
  throw new FormatError("PyTorch", message, advice);
}
