/**
 * Writes a PyTorch state dict, as `torch.save` does since 1.6: a zip archive, nothing compressed, with a pickle that
 * names the tensors and one file of bytes for each. `torch.load(…, weights_only=True)` takes it: all that the pickle calls
 * is OrderedDict and _rebuild_tensor_v2, which that mode allows.
 */
import { zipSync, type Zippable } from "fflate/browser";
import type { Real } from "../trace/trace.ts";

export interface WrittenTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Real;
}

/** Where a reader may map the file instead of reading it, numbers begin at a multiple of this. */
const alignment = 64;
const root = "archive";

/** `notes` are entries of the archive that PyTorch does not look at: name to text. */
export function encodeTorchStateDict(
  tensors: ReadonlyMap<string, WrittenTensor>,
  notes: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries: (readonly [string, Uint8Array])[] = [
    [`${root}/data.pkl`, picklesStateDict(tensors)],
    [`${root}/byteorder`, text("little")],
  ];
  [...tensors.values()].forEach(({ data }, key) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    entries.push([`${root}/data/${key}`, bytes]);
  });
  entries.push([`${root}/version`, text("3\n")]);
  for (const [name, note] of Object.entries(notes)) entries.push([`${root}/${name}`, text(note)]);

  const files: Zippable = {};
  let offset = 0;
  for (const [name, bytes] of entries) {
    // An extra field that nobody reads ("FB", as PyTorch's own) moves the bytes to a multiple of the alignment.
    const header = 30 + name.length + 4;
    const padding = (alignment - ((offset + header) % alignment)) % alignment;
    files[name] = [
      bytes,
      { level: 0, mtime: "1980-01-01", extra: { 0x4246: new Uint8Array(padding) } },
    ];
    offset += header + padding + bytes.length;
  }
  return new Uint8Array(zipSync(files));
}

const text = (characters: string): Uint8Array => new TextEncoder().encode(characters);

/** Opcodes of pickle, protocol 2. https://docs.python.org/3/library/pickletools.html */
const op = {
  protocol: 0x80,
  stop: 0x2e,
  mark: 0x28,
  global: 0x63,
  reduce: 0x52,
  persistentId: 0x51,
  emptyTuple: 0x29,
  tuple: 0x74,
  unicode: 0x58,
  setItems: 0x75,
  integer: 0x4a,
  long: 0x8a,
  false: 0x89,
} as const;

/** OrderedDict of name → _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks). */
function picklesStateDict(tensors: ReadonlyMap<string, WrittenTensor>): Uint8Array {
  const out: number[] = [op.protocol, 2];
  const push = (...bytes: readonly number[]): void => void out.push(...bytes);
  const string = (value: string): void => {
    const bytes = text(value);
    push(op.unicode, ...littleEndian(bytes.length, 4), ...bytes);
  };
  const integer = (value: number): void => {
    if (value < 2 ** 31) push(op.integer, ...littleEndian(value, 4));
    else push(op.long, 8, ...littleEndian(value, 8));
  };
  const global = (module: string, name: string): void =>
    push(op.global, ...text(`${module}\n${name}\n`));
  const integers = (values: readonly number[]): void => {
    push(op.mark);
    values.forEach(integer);
    push(op.tuple);
  };
  const orderedDict = (): void => {
    global("collections", "OrderedDict");
    push(op.emptyTuple, op.reduce);
  };

  orderedDict();
  push(op.mark);
  let key = 0;
  for (const [name, { shape, data }] of tensors) {
    string(name);
    global("torch._utils", "_rebuild_tensor_v2");
    push(op.mark, op.mark);
    string("storage");
    global("torch", data instanceof Float64Array ? "DoubleStorage" : "FloatStorage");
    string(String(key++));
    string("cpu");
    integer(data.length);
    push(op.tuple, op.persistentId);
    integer(0);
    integers(shape);
    integers(rowMajorStrides(shape));
    push(op.false);
    orderedDict();
    push(op.tuple, op.reduce);
  }
  push(op.setItems, op.stop);
  return Uint8Array.from(out);
}

const rowMajorStrides = (shape: readonly number[]): readonly number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

const littleEndian = (value: number, bytes: number): readonly number[] =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) % 256);
