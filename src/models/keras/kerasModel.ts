/** A Keras model as networks: .keras archives, .h5 with a config, and weights alone. */
import { UserError } from "../../config/problem.ts";
import { realsOf, type FileTensor } from "../../formats/fileTensor.ts";
import { openHdf5, type Hdf5File } from "../../formats/hdf5/hdf5File.ts";
import type { ZipEntry } from "../../formats/zip.ts";
import { refuseTooLarge, refuseTooMany } from "../bounds.ts";
import type { ModelDescription } from "../../trace/trace.ts";
import { outputNormParameters, underNorm } from "../layerNorm.ts";
import type {
  ModelAnswers,
  ModelContents,
  ModelNetwork,
  NetworkParameter,
} from "../modelContents.ts";
import { readKerasCell, recurrentOf, type KerasCell } from "./kerasCell.ts";
import { kerasLayers, type KerasLayer } from "./kerasLayers.ts";
import { weightsByLayer } from "./kerasWeights.ts";
import { below, titleOf, topsOf, type KerasGraph } from "./kerasGraph.ts";
import { headOf } from "./kerasHead.ts";
import { isAlike, ourWidth, stackKerasCells } from "./kerasStack.ts";
import { layersOfWeights } from "./layersOfWeights.ts";

/** Throws `FormatError` for damaged files. */
export function openKerasArchive(
  entries: ReadonlyMap<string, ZipEntry>,
  answers: ModelAnswers,
): ModelContents {
  const config = parseJson(entries.get("config.json"));
  const metadata = parseJson(entries.get("metadata.json"));
  const weights = entries.get("model.weights.h5");
  if (!weights) throw new UserError("model", "The archive has no model.weights.h5.");
  return contentsOf(openHdf5(weights.read()), config, versionIn(metadata), answers);
}

export function openKerasHdf5(bytes: Uint8Array, answers: ModelAnswers): ModelContents {
  const file = openHdf5(bytes);
  const root = file.attributes.get("");
  const config = root?.get("model_config");
  const version = root?.get("keras_version");
  const parsed = typeof config === "string" ? parseText(config) : undefined;
  return contentsOf(file, parsed, typeof version === "string" ? version : "", answers);
}

function bytesOf(tensors: Iterable<FileTensor>): number {
  let sum = 0;
  for (const { bytes } of tensors) sum += bytes.length;
  return sum;
}

function parseJson(entry: ZipEntry | undefined): unknown {
  return entry === undefined ? undefined : parseText(new TextDecoder().decode(entry.read()));
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError("model", "The model's config is not JSON.", {
      advice: "Save the model again.",
    });
  }
}

const versionIn = (metadata: unknown): string =>
  typeof metadata === "object" && metadata !== null && "keras_version" in metadata
    ? String(metadata.keras_version)
    : "";

function contentsOf(
  file: Hdf5File,
  config: unknown,
  version: string,
  answers: ModelAnswers,
): ModelContents {
  const described = kerasLayers(config);
  const { layers, left } = described
    ? { layers: described, left: [] }
    : layersOfWeights(file, answers);
  refuseTooMany("layers", layers.length);
  const weights = weightsByLayer(file, layers);
  const stored = [...weights.values()].flatMap((found) => [...found.values()]);
  refuseTooLarge(bytesOf(stored.map(({ tensor }) => tensor)), bytesOf(file.datasets.values()));
  const notes: string[] = [];
  const cells = new Map<string, KerasCell>();
  for (const layer of layers) {
    const inner = recurrentOf(layer);
    if (!inner) continue;
    try {
      cells.set(
        layer.name,
        readKerasCell(layer, inner, weights.get(layer.name) ?? new Map(), version),
      );
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      notes.push(error.message);
    }
  }
  if (!described && cells.size > 0) {
    notes.push(
      "The file has weights without a config: how the layers follow each other is guessed from their sizes; their activations, how directions are merged and what is handed on at which step are taken as Keras begins.",
    );
  }
  if (left.length > 0 && cells.size > 0) {
    const names = left.map((name) => `"${name}"`).join(", ");
    notes.push(`A trace leaves out ${names}: the file does not say where they lie.`);
  }
  const graph = { layers: new Map(layers.map((layer) => [layer.name, layer])), weights, cells };
  const networks = topsOf(graph).map((top) =>
    networkOf(graph, top, described !== undefined, answers),
  );
  if (networks.length === 0) {
    const names = [...new Set(layers.map(({ className }) => className))].join(", ");
    notes.push(
      `It has no SimpleRNN, LSTM or GRU that can be read.${names === "" ? "" : ` Its layers: ${names}.`}`,
    );
  }
  return {
    format: "keras",
    title: `Keras${version === "" ? "" : ` ${version}`}${described ? "" : " weights"}`,
    networks,
    tensors: [...file.datasets].map(([name, { type, shape }]) => ({ name, type, shape })),
    metadata: version === "" ? {} : { keras_version: version },
    notes,
  };
}

function networkOf(
  graph: KerasGraph,
  top: string,
  isDescribed: boolean,
  answers: ModelAnswers,
): ModelNetwork {
  const stack: { name: string; cell: KerasCell }[] = [];
  let under: ReturnType<typeof below> = { masks: [] };
  const masks: KerasLayer[] = [];
  for (let name: string | undefined = top; name !== undefined;) {
    const cell = graph.cells.get(name);
    if (!cell || stack.some((entry) => entry.name === name)) break;
    stack.unshift({ name, cell });
    under = below(graph, name);
    masks.push(...under.masks);
    name = under.layer && graph.cells.has(under.layer.name) ? under.layer.name : undefined;
  }
  const [bottom] = stack;
  const topCell = stack[stack.length - 1].cell;
  const { layers, parameters, top: handed, turned } = stackKerasCells(stack);
  const width = ourWidth(handed);
  const size = bottom.cell.layer.inputSize;
  const looked = embeddingOf(graph, under.layer, size);
  const { embedding, inputNorm, notes: underNotes } = underNorm(looked, under.norm);
  const padding = paddingOf(masks, embedding ? under.layer : undefined);
  const head = headOf(graph, top, handed);
  const at =
    !isDescribed || topCell.returnsSequences ? ("each-step" as const) : ("last-step" as const);
  const input: ModelDescription["input"] = embedding
    ? { kind: "tokens", vocabulary: embedding.shape[0], embedding: size }
    : { kind: "dense", size };
  const asks = !isDescribed && topCell.layer.cell === "rnn" && answers.nonlinearity === undefined;
  const reason = stack.map(({ cell }) => cell.untraceable).find((one) => one !== undefined);
  return {
    name: bottom.name,
    input,
    layers,
    output: {
      ...(head.size === undefined ? { size: width, at, linear: false } : { size: head.size, at }),
      ...(head.norm && { norm: { epsilon: head.norm.epsilon } }),
    },
    ...(inputNorm && { inputNorm }),
    ...(head.softmax && { softmax: true }),
    parameters: [
      ...(embedding ? [embedding] : []),
      ...parameters,
      ...(head.norm ? outputNormParameters(head.norm) : []),
      ...head.parameters,
    ],
    batchFirst: true,
    ...(padding !== undefined && { padding }),
    questions: asks ? [{ about: "nonlinearity", choices: ["tanh", "relu"] }] : [],
    notes: [
      ...underNotes,
      ...(under.layer && !embedding ? [`The trace starts after ${titleOf(under.layer)}.`] : []),
      ...(turned && at === "each-step"
        ? ["Keras hands the steps on in the opposite order; a trace keeps that of the input."]
        : []),
      ...(head.size === undefined && !isAlike(handed)
        ? ["The directions stand side by side in a trace; the model merges them."]
        : []),
      ...head.notes,
    ],
    ...(reason !== undefined && { untraceable: reason }),
  };
}

/** What steps hold that are to be skipped: a Masking's value, or token 0 of an Embedding with mask_zero. */
function paddingOf(
  masks: readonly KerasLayer[],
  embedding: KerasLayer | undefined,
): number | undefined {
  const value = masks[0]?.config.mask_value;
  if (typeof value === "number") return value;
  if (masks.length > 0 || embedding?.config.mask_zero === true) return 0;
  return undefined;
}

function embeddingOf(
  graph: KerasGraph,
  layer: KerasLayer | undefined,
  size: number,
): NetworkParameter | undefined {
  if (layer?.className !== "Embedding") return undefined;
  const table = graph.weights.get(layer.name)?.get("forward embeddings");
  if (table?.tensor.shape.length !== 2 || table.tensor.shape[1] !== size) return undefined;
  const { shape } = table.tensor;
  return {
    name: "embedding.weight",
    source: `${layer.name}.embeddings`,
    shape,
    data: realsOf(table.tensor),
  };
}
