/**
 * Keras weights without a config: which layers they belong to must be told from names and shapes. A group with a recurrent
 * kernel is recurrent, and rows per unit tell its cell; recurrent layers follow each other where their sizes fit.
 */
import { isReal } from "../../formats/fileTensor.ts";
import type { Hdf5File } from "../../formats/hdf5/hdf5File.ts";
import type { ModelAnswers } from "../modelContents.ts";
import type { KerasLayer } from "./kerasLayers.ts";
import { weightsIn, type LayerWeights } from "./kerasWeights.ts";

interface Found {
  readonly layer: KerasLayer;
  /** Numbers that it reads and hands on; 0 where it reads tokens. */
  readonly reads: number;
  readonly gives: number;
}

const cellByRows: Readonly<Record<number, string>> = { 1: "SimpleRNN", 3: "GRU", 4: "LSTM" };

interface WeightLayers {
  /** As a stack: an embedding, recurrent layers, a Dense; what does not follow stands alone. */
  readonly layers: readonly KerasLayer[];
  /** What else has weights. */
  readonly left: readonly string[];
}

export function layersOfWeights(file: Hdf5File, answers: ModelAnswers): WeightLayers {
  const groups = groupsOf(file).map((group) => ({ group, is: describe(file, group, answers) }));
  const found = groups.flatMap(({ is }) => is);
  const recurrent = found.filter(({ layer }) => /RNN|GRU|LSTM|Bidirectional/.test(layer.className));
  const embedding = found.find(({ layer }) => layer.className === "Embedding");
  const dense = found.filter(({ layer }) => layer.className === "Dense");
  const layers: KerasLayer[] = [];
  const add = (layer: KerasLayer, under: KerasLayer | undefined): void =>
    void layers.push({ ...layer, inputs: under ? [under.name] : [] });
  if (embedding) add(embedding.layer, undefined);
  const waiting = [...recurrent];
  let last = embedding;
  while (waiting.length > 0) {
    const gives = last?.gives;
    const fitting = waiting.findIndex(({ reads }) => gives === undefined || reads === gives);
    const [next] = waiting.splice(Math.max(0, fitting), 1);
    add(next.layer, fitting >= 0 ? last?.layer : undefined);
    last = next;
  }
  const heads = dense.filter(({ reads }) => reads === last?.gives);
  if (heads.length === 1) add(heads[0].layer, last?.layer);
  const unknown = groups.filter(({ group, is }) => is.length === 0 && hasNumbers(file, group));
  const unused = dense.filter(({ layer }) => !layers.some(({ name }) => name === layer.name));
  const left = [
    ...unknown.map(({ group }) => group.split("/").at(-2) ?? group),
    ...unused.map(({ layer }) => layer.name),
  ];
  return { layers, left };
}

/** Weights rather than the seed of a Dropout, or what an optimizer remembers. */
const hasNumbers = ({ datasets }: Hdf5File, group: string): boolean =>
  !group.startsWith("optimizer") &&
  [...datasets].some(([path, tensor]) => path.startsWith(group) && isReal(tensor));

/** Folders of one layer each, in the order of their numbers or in that of its list of names. */
function groupsOf({ datasets, attributes }: Hdf5File): readonly string[] {
  const listed = attributes.get("")?.get("layer_names");
  if (Array.isArray(listed)) return listed.map((name) => `${name}/`);
  const folders = [...datasets.keys()].map(
    (path) => /^((layers|_layer_checkpoint_dependencies)\/)?[^/]+\//.exec(path)?.[0] ?? "",
  );
  // HDF5 has lstm_10 before lstm_2.
  return [...new Set(folders)].filter((folder) => folder !== "").sort(byNumber);
}

/** By letters, then by the numbers behind them. */
function byNumber(one: string, other: string): number {
  const [stem, number] = stemAndNumber(one);
  const [otherStem, otherNumber] = stemAndNumber(other);
  if (stem !== otherStem) return stem < otherStem ? -1 : 1;
  return number - otherNumber;
}

/** `layers/lstm_10/` is `layers/lstm` and 10. */
function stemAndNumber(folder: string): readonly [stem: string, number: number] {
  const [, stem = folder, number = "0"] = /^(.*?)(?:_(\d+))?\/$/.exec(folder) ?? [];
  return [stem, Number(number)];
}

function describe(file: Hdf5File, folder: string, answers: ModelAnswers): readonly Found[] {
  const key = folder.split("/").at(-2) ?? "";
  const named = file.attributes.get(`${folder}vars`)?.get("name");
  const name = typeof named === "string" ? named : key;
  const isEmbedding = key.startsWith("embedding");
  const weights = weightsIn(file, folder, isEmbedding ? "Embedding" : "");
  const plain = { name, config: { name }, inputs: [] };
  const table = weights.get("forward embeddings")?.tensor.shape;
  if (table?.length === 2)
    return [{ layer: { ...plain, className: "Embedding" }, reads: 0, gives: table[1] }];
  const kernel = weights.get("forward kernel")?.tensor.shape;
  if (kernel?.length !== 2) return [];
  const recurrent = weights.get("forward recurrent_kernel")?.tensor.shape;
  if (!recurrent)
    return [{ layer: { ...plain, className: "Dense" }, reads: kernel[0], gives: kernel[1] }];
  const className = cellByRows[kernel[1] / recurrent[0]];
  if (className === undefined) return [];
  return [recurrentLayer(plain, className, weights, answers)];
}

function recurrentLayer(
  plain: Omit<KerasLayer, "className">,
  className: string,
  weights: LayerWeights,
  answers: ModelAnswers,
): Found {
  const [inputSize] = weights.get("forward kernel")?.tensor.shape ?? [0];
  const [hidden] = weights.get("forward recurrent_kernel")?.tensor.shape ?? [0];
  const config = {
    return_sequences: true,
    activation: className === "SimpleRNN" ? (answers.nonlinearity ?? "tanh") : "tanh",
    // As Keras 2.3 and later begin; only without a bias nothing else tells.
    reset_after: !weights.has("forward bias"),
  };
  const isBidirectional = weights.has("reverse kernel");
  const inner = { class_name: className, config };
  return {
    layer: isBidirectional
      ? { ...plain, className: "Bidirectional", config: { ...plain.config, layer: inner } }
      : { ...plain, className, config: { ...plain.config, ...config } },
    reads: inputSize,
    gives: hidden * (isBidirectional ? 2 : 1),
  };
}
