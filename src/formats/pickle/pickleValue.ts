/**
 * What a pickle builds, as plain data. A pickle is a program that may call any function of Python; here a call is only
 * written down: who would have been called, with what. Nothing is resolved and nothing runs.
 */

export type PickleValue =
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleCall
  | PickleReference;

/** A list or set. */
export interface PickleList {
  readonly kind: "list";
  readonly items: PickleValue[];
}
export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}
export interface PickleDict {
  readonly kind: "dict";
  readonly entries: Map<PickleValue, PickleValue>;
}
/** `torch.nn.modules.rnn.LSTM`: only its name. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly name: string;
}
/** An object, by what would have made it. */
export interface PickleCall {
  readonly kind: "call";
  readonly maker: PickleValue;
  readonly arguments: PickleValue;
  /** What would have been set on it afterwards: its `__dict__`, and its items where it is a dictionary or list. */
  state: PickleValue;
  readonly entries: Map<PickleValue, PickleValue>;
  readonly items: PickleValue[];
}
/** Something that the pickle's surroundings hold: for PyTorch, a storage. */
export interface PickleReference {
  readonly kind: "reference";
  readonly id: PickleValue;
}

export const isOf = <Kind extends "list" | "tuple" | "dict" | "global" | "call" | "reference">(
  value: PickleValue,
  kind: Kind,
): value is Extract<PickleValue, { readonly kind: Kind }> =>
  typeof value === "object" && !(value instanceof Uint8Array) && value.kind === kind;

/** The name of what an object would have been made by; "" for anything else. */
export function makerOf(value: PickleValue): string {
  if (!isOf(value, "call")) return "";
  const { maker } = value;
  // Legacy files refer to a module's class together with its source: ("module", class, file, source).
  const named = isOf(maker, "reference") ? itemsOf(maker.id)?.[1] : maker;
  return isOf(named, "global") ? named.name : "";
}

/** What a pickle calls things by: a text, or a number; "" for anything else. */
export const nameOf = (value: PickleValue): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** Items of a tuple or list; undefined for anything else. */
export function itemsOf(value: PickleValue): readonly PickleValue[] | undefined {
  return isOf(value, "tuple") || isOf(value, "list") ? value.items : undefined;
}

/** Entries of a dictionary, whichever kind of dictionary it is; undefined for anything else. */
export function entriesOf(value: PickleValue): ReadonlyMap<PickleValue, PickleValue> | undefined {
  if (isOf(value, "dict")) return value.entries;
  return isOf(value, "call") && /OrderedDict|defaultdict/.test(makerOf(value))
    ? value.entries
    : undefined;
}
