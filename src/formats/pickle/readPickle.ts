/**
 * Reads a pickle of any protocol (0 … 5) into plain data: see `pickleValue.ts` for why that is harmless.
 * The opcodes are those of Python's pickletools.py. Every length is checked against the bytes that are there, and every
 * opcode adds at most one value, so that what is built is in proportion to the bytes.
 */
import { FormatError } from "../formatError.ts";
import { openPickleBytes, type PickleBytes } from "./pickleBytes.ts";
import { isOf, type PickleCall, type PickleValue } from "./pickleValue.ts";

/** Stands on the stack where a list of arguments began. */
const mark = Symbol("mark");

interface Machine {
  readonly bytes: PickleBytes;
  readonly stack: (PickleValue | typeof mark)[];
  readonly memo: Map<number, PickleValue>;
}

/** `end` is the position after the pickle: legacy files have several, one after another. */
export function readPickle(
  data: Uint8Array,
  start = 0,
): { readonly value: PickleValue; readonly end: number } {
  const bytes = openPickleBytes(data, start);
  const machine: Machine = { bytes, stack: [], memo: new Map() };
  for (;;) {
    const at = bytes.position();
    const opcode = bytes.byte();
    if (opcode === 0x2e) return { value: pop(machine), end: bytes.position() };
    const perform = operations.get(opcode);
    if (!perform) return fail(`byte ${at} is no instruction of a pickle (${opcode}).`);
    perform(machine);
  }
}

function pop({ stack }: Machine): PickleValue {
  // None is held as `undefined`, which is what an empty stack would give too.
  if (stack.length === 0) return fail("a value is missing.");
  const value = stack.pop();
  return value === mark ? fail("a value is missing.") : value;
}

function top({ stack }: Machine): PickleValue {
  const value = stack.at(-1);
  return stack.length === 0 || value === mark ? fail("a value is missing.") : value;
}

function popToMark({ stack }: Machine): PickleValue[] {
  const values: PickleValue[] = [];
  while (stack.length > 0) {
    const value = stack.pop();
    if (value === mark) return values.reverse();
    values.push(value);
  }
  return fail("a mark is missing.");
}

const call = (maker: PickleValue, given: PickleValue): PickleCall => ({
  kind: "call",
  maker,
  arguments: given,
  state: undefined,
  entries: new Map(),
  items: [],
});

const global = (module: string, name: string): PickleValue => ({
  kind: "global",
  name: `${module}.${name}`,
});

function append(target: PickleValue, values: readonly PickleValue[]): void {
  if (!isOf(target, "list") && !isOf(target, "call"))
    fail("something is added to what is no list.");
  for (const value of values) target.items.push(value);
}

function setItems(target: PickleValue, values: readonly PickleValue[]): void {
  if (!isOf(target, "dict") && !isOf(target, "call"))
    fail("an entry is set in what is no dictionary.");
  if (values.length % 2 !== 0) fail("a dictionary has a key without a value.");
  for (let k = 0; k < values.length; k += 2) target.entries.set(values[k], values[k + 1]);
}

function pairs(values: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  const dict: PickleValue = { kind: "dict", entries: new Map() };
  setItems(dict, values);
  return dict.entries;
}

function remembered({ memo }: Machine, index: number): PickleValue {
  if (!memo.has(index)) fail(`it reads what it never kept (${index}).`);
  return memo.get(index);
}

function text(value: PickleValue): string {
  return typeof value === "string" ? value : fail("a name is not text.");
}

type Operation = (machine: Machine) => void;

/** Pushes what is read from the bytes. */
const pushes =
  (read: (bytes: PickleBytes) => PickleValue): Operation =>
  (machine) =>
    void machine.stack.push(read(machine.bytes));

const tupleOf =
  (length: number): Operation =>
  (machine) => {
    const items: PickleValue[] = [];
    for (let k = 0; k < length; k++) items.unshift(pop(machine));
    machine.stack.push({ kind: "tuple", items });
  };

const keeps =
  (index: (machine: Machine) => number): Operation =>
  (machine) =>
    void machine.memo.set(index(machine), top(machine));

const recalls =
  (index: (bytes: PickleBytes) => number): Operation =>
  (machine) =>
    void machine.stack.push(remembered(machine, index(machine.bytes)));

const refused =
  (what: string): Operation =>
  () =>
    fail(`it uses ${what}, which no model file needs.`);

const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // Frames, protocol, the stack itself.
  [0x80, ({ bytes }) => void bytes.byte()],
  [0x95, ({ bytes }) => bytes.skip(8)],
  [0x28, ({ stack }) => void stack.push(mark)],
  [0x30, ({ stack }) => void stack.pop()],
  [0x31, popToMark],
  [0x32, (machine) => void machine.stack.push(top(machine))],
  // Numbers, texts, bytes.
  [0x4e, pushes(() => undefined)],
  [0x88, pushes(() => true)],
  [0x89, pushes(() => false)],
  [0x49, pushes((bytes) => bytes.writtenInteger())],
  [0x4c, pushes((bytes) => bytes.writtenInteger())],
  [0x46, pushes((bytes) => Number(bytes.line()))],
  [0x4a, pushes((bytes) => bytes.signed32())],
  [0x4b, pushes((bytes) => bytes.byte())],
  [0x4d, pushes((bytes) => bytes.unsigned(2))],
  [0x8a, pushes((bytes) => bytes.longInteger(bytes.byte()))],
  [0x8b, pushes((bytes) => bytes.longInteger(bytes.unsigned(4)))],
  [0x47, pushes((bytes) => bytes.float64())],
  [0x53, pushes((bytes) => bytes.line().replace(/^(['"])(.*)\1$/s, "$2"))],
  [0x56, pushes((bytes) => bytes.line())],
  [0x54, pushes((bytes) => bytes.text(bytes.unsigned(4)))],
  [0x55, pushes((bytes) => bytes.text(bytes.byte()))],
  [0x58, pushes((bytes) => bytes.text(bytes.unsigned(4)))],
  [0x8c, pushes((bytes) => bytes.text(bytes.byte()))],
  [0x8d, pushes((bytes) => bytes.text(bytes.unsigned(8)))],
  [0x42, pushes((bytes) => bytes.take(bytes.unsigned(4)))],
  [0x43, pushes((bytes) => bytes.take(bytes.byte()))],
  [0x8e, pushes((bytes) => bytes.take(bytes.unsigned(8)))],
  [0x96, pushes((bytes) => bytes.take(bytes.unsigned(8)))],
  // Collections.
  [0x5d, pushes(() => ({ kind: "list", items: [] }))],
  [0x8f, pushes(() => ({ kind: "list", items: [] }))],
  [0x7d, pushes(() => ({ kind: "dict", entries: new Map() }))],
  [0x29, pushes(() => ({ kind: "tuple", items: [] }))],
  [0x6c, (machine) => void machine.stack.push({ kind: "list", items: popToMark(machine) })],
  [0x91, (machine) => void machine.stack.push({ kind: "list", items: popToMark(machine) })],
  [0x74, (machine) => void machine.stack.push({ kind: "tuple", items: popToMark(machine) })],
  [
    0x64,
    (machine) => void machine.stack.push({ kind: "dict", entries: pairs(popToMark(machine)) }),
  ],
  [0x85, tupleOf(1)],
  [0x86, tupleOf(2)],
  [0x87, tupleOf(3)],
  [0x61, (machine) => appendOne(machine)],
  [0x65, (machine) => appendAll(machine)],
  [0x90, (machine) => appendAll(machine)],
  [0x73, (machine) => setOne(machine)],
  [0x75, (machine) => setAll(machine)],
  // Memory.
  [0x70, keeps(({ bytes }) => Number(bytes.line()))],
  [0x71, keeps(({ bytes }) => bytes.byte())],
  [0x72, keeps(({ bytes }) => bytes.unsigned(4))],
  [0x94, keeps(({ memo }) => memo.size)],
  [0x67, recalls((bytes) => Number(bytes.line()))],
  [0x68, recalls((bytes) => bytes.byte())],
  [0x6a, recalls((bytes) => bytes.unsigned(4))],
  // What would be resolved and called.
  [0x63, pushes((bytes) => global(bytes.line(), bytes.line()))],
  [0x93, (machine) => pushGlobal(machine)],
  [0x52, (machine) => pushCall(machine)],
  [0x81, (machine) => pushCall(machine)],
  [0x92, (machine) => pushCallWithNames(machine)],
  [0x69, (machine) => pushInstance(machine)],
  [0x6f, (machine) => pushObject(machine)],
  [0x62, (machine) => build(machine)],
  [0x50, pushes((bytes) => ({ kind: "reference", id: bytes.line() }))],
  [0x51, (machine) => void machine.stack.push({ kind: "reference", id: pop(machine) })],
  [0x82, refused("extension codes")],
  [0x83, refused("extension codes")],
  [0x84, refused("extension codes")],
  [0x97, refused("buffers outside the file")],
  [0x98, refused("buffers outside the file")],
]);

function appendOne(machine: Machine): void {
  const value = pop(machine);
  append(top(machine), [value]);
}

function appendAll(machine: Machine): void {
  const values = popToMark(machine);
  append(top(machine), values);
}

function setOne(machine: Machine): void {
  const value = pop(machine);
  const key = pop(machine);
  setItems(top(machine), [key, value]);
}

function setAll(machine: Machine): void {
  const values = popToMark(machine);
  setItems(top(machine), values);
}

function pushGlobal(machine: Machine): void {
  const name = text(pop(machine));
  machine.stack.push(global(text(pop(machine)), name));
}

function pushCall(machine: Machine): void {
  const given = pop(machine);
  machine.stack.push(call(pop(machine), given));
}

function pushCallWithNames(machine: Machine): void {
  pop(machine);
  pushCall(machine);
}

function pushInstance(machine: Machine): void {
  const maker = global(machine.bytes.line(), machine.bytes.line());
  machine.stack.push(call(maker, { kind: "tuple", items: popToMark(machine) }));
}

function pushObject(machine: Machine): void {
  const [maker, ...items] = popToMark(machine);
  machine.stack.push(call(maker, { kind: "tuple", items }));
}

function build(machine: Machine): void {
  const state = pop(machine);
  const target = top(machine);
  if (!isOf(target, "call")) return;
  target.state = state;
}

function fail(message: string): never {
  throw new FormatError("pickle", message);
}
