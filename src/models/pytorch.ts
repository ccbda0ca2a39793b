/**
 * What `torch.save` was given: a state dict, a checkpoint with state dicts somewhere inside, or a whole module. All become
 * one flat set of names, as `state_dict()` would have them. A whole module also says which nonlinearity its RNNs have, and
 * which axis is first.
 */
import type { FileTensor } from "../formats/fileTensor.ts";
import {
  entriesOf,
  isOf,
  itemsOf,
  makerOf,
  type PickleValue,
} from "../formats/pickle/pickleValue.ts";
import type { ModuleFacts } from "./stateDict.ts";
import { openTorchFile } from "../formats/torch/torchFile.ts";
import { tensorReader, type TensorReader } from "../formats/torch/torchTensor.ts";

export interface TorchModel {
  readonly title: string;
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** Texts and numbers beside the tensors, such as an epoch. */
  readonly metadata: Readonly<Record<string, string>>;
  /** By the name of a recurrent module, where the file has the module itself. */
  readonly modules: ReadonlyMap<string, ModuleFacts>;
  readonly notes: readonly string[];
}

/** Deeper than any module or checkpoint is nested, and shallow enough for the stack. */
const maximumDepth = 64;
/** A hostile pickle may refer to one dictionary from many places; what is built must not multiply. */
const maximumValues = 100_000;
const maximumNameLength = 1000;
const maximumMetadata = 100;

interface Collected {
  readonly tensors: Map<string, FileTensor>;
  readonly metadata: Map<string, string>;
  readonly modules: Map<string, ModuleFacts>;
  /** Paths of the state dicts and outermost modules that have recurrent weights. */
  readonly roots: Set<string>;
  /** On the way from the file's root: a module may hold itself. */
  readonly above: Set<PickleValue>;
  visited: number;
  /** Not all of it was looked at. */
  cut: boolean;
}

/** Throws `FormatError`. */
export function openTorchModel(bytes: Uint8Array): TorchModel {
  const file = openTorchFile(bytes);
  const found: Collected = {
    tensors: new Map(),
    metadata: new Map(),
    modules: new Map(),
    roots: new Set(),
    above: new Set(),
    visited: 0,
    cut: false,
  };
  const reader = tensorReader(file, 4 * bytes.length);
  collect(file.root, { path: "", root: "", inModule: false }, reader, found);
  // Inside a checkpoint's one state dict, names are as people know them; its own name before each is noise.
  const [root = ""] = found.roots.size === 1 ? found.roots : [];
  const what = isModule(file.root) ? "module" : root === "" ? "state dict" : "checkpoint";
  return {
    title: `PyTorch ${what} (${file.layout})`,
    tensors: insideOf(root, found.tensors),
    metadata: Object.fromEntries(found.metadata),
    modules: insideOf(root, found.modules),
    notes: found.cut ? ["The file is so large or deep that not all of it was looked at."] : [],
  };
}

interface Where {
  readonly path: string;
  /** Path of the outermost module, or else of the dictionary, that it lies in. */
  readonly root: string;
  readonly inModule: boolean;
}

function collect(value: PickleValue, where: Where, reader: TensorReader, found: Collected): void {
  const { path } = where;
  if (isScalar(value)) {
    if (path !== "" && found.metadata.size < maximumMetadata) {
      found.metadata.set(path, String(value).slice(0, 200));
    }
    return;
  }
  if (value === undefined || found.above.has(value)) return;
  if (
    found.above.size > maximumDepth ||
    ++found.visited > maximumValues ||
    path.length > maximumNameLength
  ) {
    found.cut = true;
    return;
  }
  const tensor = reader.read(value);
  if (tensor) {
    found.tensors.set(path === "" ? "tensor" : path, tensor);
    if (/(^|\.)weight_hh(_l\d+)?(_reverse)?$/.test(path)) found.roots.add(where.root);
    return;
  }
  const inModule = where.inModule || isModule(value);
  const root = where.inModule ? where.root : path;
  found.above.add(value);
  for (const [name, child] of childrenOf(value, path, found)) {
    const below = path === "" ? name : `${path}.${name}`;
    collect(child, { path: below, root, inModule }, reader, found);
  }
  found.above.delete(value);
}

function insideOf<Value>(
  root: string,
  named: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  if (root === "") return named;
  const inside = `${root}.`;
  return new Map(
    [...named].map(([name, value]) => [
      name.startsWith(inside) ? name.slice(inside.length) : name === root ? "" : name,
      value,
    ]),
  );
}

const isScalar = (value: PickleValue): value is string | number | boolean | bigint =>
  ["string", "number", "boolean", "bigint"].includes(typeof value);

/** What lies inside, by the names that `state_dict()` would give it. */
function childrenOf(
  value: PickleValue,
  path: string,
  found: Collected,
): readonly (readonly [string, PickleValue])[] {
  if (isModule(value) && isOf(value, "call")) {
    const state = entriesOf(value.state);
    const batchFirst = state?.get("batch_first");
    if (typeof batchFirst === "boolean") {
      const mode = state?.get("mode");
      const isPlain = mode === "RNN_TANH" || mode === "RNN_RELU";
      found.modules.set(path, {
        batchFirst,
        ...(isPlain && { nonlinearity: mode === "RNN_TANH" ? "tanh" : "relu" }),
      });
    }
    return ["_parameters", "_buffers", "_modules"].flatMap((part) => named(state?.get(part)));
  }
  if (entriesOf(value)) return named(value);
  // A history of losses is long, and nothing that a model is made of.
  return (itemsOf(value) ?? []).flatMap((item, index) =>
    isScalar(item) ? [] : [[String(index), item] as const],
  );
}

/** Entries whose key is a name. */
const named = (value: PickleValue): readonly (readonly [string, PickleValue])[] =>
  [...(entriesOf(value) ?? [])].flatMap(([key, item]) =>
    typeof key === "string" || typeof key === "number" ? [[String(key), item] as const] : [],
  );

/** An object whose state has the three dictionaries that every torch.nn.Module has. */
function isModule(value: PickleValue): boolean {
  if (!isOf(value, "call") || makerOf(value) === "") return false;
  const state = entriesOf(value.state);
  return state !== undefined && state.has("_parameters") && state.has("_modules");
}
