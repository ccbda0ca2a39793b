/**
 * Where the weights of a Keras layer lie in an HDF5 file. Two ways exist:
 *   [model_weights/]NAME/…/[forward_NAME/]…/kernel[:0]      .h5, and weights that Keras 2 saved
 *   layers/CLASS[_N]/[forward_layer/][layer/][cell/]vars/0  .weights.h5, also inside .keras; numbered, not named
 */
import type { FileTensor } from "../../formats/fileTensor.ts";
import type { Hdf5File } from "../../formats/hdf5/hdf5File.ts";
import type { Direction } from "../../trace/trace.ts";
import type { KerasLayer } from "./kerasLayers.ts";

/** What a layer's tensor is for, by Keras's own names. */
type Role = "kernel" | "recurrent_kernel" | "bias" | "embeddings" | "gamma" | "beta";

export interface Weight {
  /** Path in the file. */
  readonly source: string;
  readonly tensor: FileTensor;
}

export type LayerWeights = ReadonlyMap<`${Direction} ${Role}`, Weight>;

const legacyRoots = ["model_weights/", ""];
const numberedRoots = ["layers/", "_layer_checkpoint_dependencies/"];
const roles: readonly Role[] = [
  "kernel",
  "recurrent_kernel",
  "bias",
  "embeddings",
  "gamma",
  "beta",
];

/** By layer name; a layer without weights is absent. */
export function weightsByLayer(
  file: Hdf5File,
  layers: readonly KerasLayer[],
): ReadonlyMap<string, LayerWeights> {
  const keys = numberedKeys(layers);
  const folders = layers.map((layer) => [
    ...legacyRoots.map((root) => `${root}${layer.name}/`),
    ...numberedRoots.map(
      (root) => `${root}${namedKey(file, root, layer) ?? keys.get(layer.name)}/`,
    ),
  ]);
  const weights = new Map<string, LayerWeights>();
  for (const [index, layer] of layers.entries()) {
    const folder = folders[index].find((prefix) =>
      [...file.datasets.keys()].some((path) => path.startsWith(prefix)),
    );
    if (folder !== undefined) weights.set(layer.name, weightsIn(file, folder, layer.className));
  }
  return weights;
}

/** Since Keras 3.6 a group of numbered weights says whose they are. */
function namedKey(
  { attributes }: Hdf5File,
  root: string,
  { name }: KerasLayer,
): string | undefined {
  for (const [path, found] of attributes) {
    const inside =
      path.startsWith(root) && path.endsWith("/vars")
        ? path.slice(root.length, -"/vars".length)
        : "";
    if (inside !== "" && !inside.includes("/") && found.get("name") === name) return inside;
  }
  return undefined;
}

/** `lstm`, `lstm_1`: the class in small letters, counted. */
function numberedKeys(layers: readonly KerasLayer[]): ReadonlyMap<string, string> {
  const taken = new Map<string, number>();
  return new Map(
    layers.map(({ name, className }) => {
      const snake = className
        .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
        .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
        .toLowerCase();
      const count = taken.get(snake) ?? 0;
      taken.set(snake, count + 1);
      return [name, count === 0 ? snake : `${snake}_${count}`];
    }),
  );
}

export function weightsIn({ datasets }: Hdf5File, folder: string, className: string): LayerWeights {
  const weights = new Map<`${Direction} ${Role}`, Weight>();
  for (const [source, tensor] of datasets) {
    if (!source.startsWith(folder)) continue;
    const path = source.slice(folder.length);
    const direction = /(^|\/)backward_/.test(path) ? "reverse" : "forward";
    const role = roleOf(path, className);
    if (role) weights.set(`${direction} ${role}`, { source, tensor });
  }
  return weights;
}

function roleOf(path: string, className: string): Role | undefined {
  const last = (path.split("/").at(-1) ?? "").replace(/:0$/, "");
  const named = roles.find((role) => role === last);
  if (named || !/(^|\/)vars\/\d$/.test(path)) return named;
  const number = Number(last);
  if (className === "Embedding") return number === 0 ? "embeddings" : undefined;
  if (className === "LayerNormalization") return (["gamma", "beta"] as const)[number];
  if (/(^|\/)cell\/vars\//.test(path)) return roles.slice(0, 3)[number];
  return (["kernel", "bias"] as const)[number];
}
