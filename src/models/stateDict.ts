/**
 * A PyTorch state dict, names and tensors and nothing else, as networks. What a name means is torch.nn's convention:
 *   [prefix.]weight_ih_l0  (G·H,I)    [prefix.]weight_hh_l0 (G·H,H)    bias_ih_l0, bias_hh_l0 (G·H)    …_reverse
 *   weight_hr_l0 (P,H), weight_hh_l0 then (4H,P)    of an LSTM with proj_size P
 *   weight_ih, weight_hh, bias_ih, bias_hh   of one torch.nn.LSTMCell, GRUCell or RNNCell
 *   NAME.weight (O,D·H), NAME.bias (O)       a linear layer on top
 *   NAME.weight (V,I), called an embedding   under it
 *   NAME.weight, NAME.bias (D·H) or (I)      a layer normalization between
 * G tells the cell: 4 LSTM, 3 GRU, 1 RNN. Order and conventions of the gates are ours already.
 */
import { UserError } from "../config/problem.ts";
import { isReal, realsOf, type FileTensor } from "../formats/fileTensor.ts";
import {
  widthOf as stateWidth,
  type Cell,
  type Direction,
  type LayerDescription,
  type ModelDescription,
} from "../trace/trace.ts";
import { refuseTooLarge, refuseTooMany } from "./bounds.ts";
import { outputNormParameters, underNorm } from "./layerNorm.ts";
import { findNorms } from "./normsOfStateDict.ts";
import { findEmbedding, findHead, matricesOf, type Surroundings } from "./surroundings.ts";
import type { ModelAnswers, ModelNetwork, NetworkParameter } from "./modelContents.ts";

export type StateDict = ReadonlyMap<string, FileTensor>;

const recurrentName =
  /^(?:(?<prefix>.*)\.)?(?<part>(?:weight|bias)_(?:ih|hh|hr))(?:_l(?<layer>\d+)(?<reverse>_reverse)?)?$/s;

/** What a state dict does not say, but a module does. */
export interface ModuleFacts {
  readonly nonlinearity?: "tanh" | "relu";
  readonly batchFirst: boolean;
}

/** One tensor of a recurrent module. */
interface Part {
  /** In the file. */
  readonly source: string;
  readonly part: string;
  readonly tensor: FileTensor;
}

/** Parts of one layer in one direction, by `weight_ih` and so on. */
type CellParts = ReadonlyMap<string, Part>;

/** Layers from the input up, each with one entry per direction. */
type ModuleParts = readonly ReadonlyMap<Direction, CellParts>[];

const gateCounts: Readonly<Record<number, Cell>> = { 1: "rnn", 3: "gru", 4: "lstm" };
const rowsPerUnit: Readonly<Record<Cell, number>> = { rnn: 1, gru: 3, lstm: 4 };

/**
 * Every recurrent module of the state dict as a network; `facts` are what the file tells besides, by module. Throws `UserError` for one whose tensors do not fit each other.
 */
export function networksOfStateDict(
  tensors: StateDict,
  fileBytes: number,
  answers: ModelAnswers = {},
  facts: ReadonlyMap<string, ModuleFacts> = new Map(),
): readonly ModelNetwork[] {
  const modules = groupByModule(tensors);
  const used = new Set(
    [...modules.values()].flatMap((layers) =>
      layers.flatMap((layer) =>
        [...layer.values()].flatMap((parts) => [...parts.values()].map(({ source }) => source)),
      ),
    ),
  );
  refuseTooMany("recurrent modules", modules.size);
  const bytes = [...used].reduce((sum, name) => sum + (tensors.get(name)?.bytes.length ?? 0), 0);
  refuseTooLarge(bytes, fileBytes);
  const rest = new Map([...tensors].filter(([name]) => !used.has(name)));
  const matrices = matricesOf(rest);
  return [...modules].map(([prefix, layers]) => {
    const known = facts.get(prefix);
    const network = networkOf(prefix, layers, {
      tensors: rest,
      matrices,
      alone: modules.size === 1,
      answers: { ...answers, nonlinearity: known?.nonlinearity ?? answers.nonlinearity },
    });
    return known ? { ...network, batchFirst: known.batchFirst } : network;
  });
}

/** Prefixes in the order in which the file has them. */
function groupByModule(tensors: StateDict): ReadonlyMap<string, ModuleParts> {
  const modules = new Map<string, Map<Direction, Map<string, Part>>[]>();
  for (const [source, tensor] of tensors) {
    const { prefix = "", part, layer = "0", reverse } = recurrentName.exec(source)?.groups ?? {};
    if (part === undefined) continue;
    const number = Number(layer);
    // No honest network has more layers than the file has tensors.
    if (number >= tensors.size)
      throw misfit(prefix, `"${source}" counts more layers than there are`);
    const layers = modules.get(prefix) ?? [];
    modules.set(prefix, layers);
    while (layers.length <= number) layers.push(new Map());
    const direction = reverse === undefined ? "forward" : "reverse";
    const parts = layers[number].get(direction) ?? new Map<string, Part>();
    layers[number].set(direction, parts);
    parts.set(part, { source, part, tensor });
  }
  return modules;
}

function networkOf(prefix: string, modules: ModuleParts, surroundings: Surroundings): ModelNetwork {
  const { answers } = surroundings;
  const layers: LayerDescription[] = [];
  const parameters: NetworkParameter[] = [];
  for (const [number, directions] of modules.entries()) {
    if (!directions.has("forward")) {
      throw misfit(prefix, `layer ${number} has no weight_ih_l${number}`);
    }
    const order = (["forward", "reverse"] as const).filter((name) => directions.has(name));
    const described = order.map((direction) => {
      const parts = directions.get(direction) ?? new Map<string, Part>();
      parameters.push(...parametersOf(parts, number, direction));
      return describeCell(prefix, number, parts, answers.cell);
    });
    const [forward, reverse] = described;
    if (reverse && JSON.stringify(reverse) !== JSON.stringify(forward)) {
      throw misfit(prefix, `the two directions of layer ${number} have different sizes`);
    }
    const below = layers.at(-1);
    const { cell, inputSize } = forward;
    if (below && inputSize !== widthOf(below)) {
      throw misfit(
        prefix,
        `layer ${number} reads ${inputSize} numbers, but layer ${number - 1} hands on ${widthOf(below)}`,
      );
    }
    layers.push({
      ...forward,
      directions: order,
      ...(cell === "rnn" && { nonlinearity: answers.nonlinearity ?? ("tanh" as const) }),
      ...(cell === "gru" && { reset: "after" as const }),
    });
  }
  const top = layers[layers.length - 1];
  const size = layers[0].inputSize;
  const norms = findNorms(prefix, { reads: size, width: widthOf(top) }, surroundings);
  const under = underNorm(findEmbedding(prefix, size, surroundings), norms.under);
  const { embedding } = under;
  const head = findHead(prefix, widthOf(top), surroundings);
  const input: ModelDescription["input"] = embedding
    ? { kind: "tokens", vocabulary: embedding.shape[0], embedding: size }
    : { kind: "dense", size };
  const asksNonlinearity = top.cell === "rnn" && answers.nonlinearity === undefined;
  return {
    name: prefix,
    input,
    layers,
    output: {
      ...(head.size === undefined
        ? { size: widthOf(top), at: "each-step", linear: false }
        : { size: head.size, at: "each-step" }),
      ...(norms.over && { norm: { epsilon: norms.over.epsilon } }),
    },
    ...(under.inputNorm && { inputNorm: under.inputNorm }),
    parameters: [
      ...(embedding ? [embedding] : []),
      ...parameters,
      ...(norms.over ? outputNormParameters(norms.over) : []),
      ...head.parameters,
    ],
    questions: [
      ...(asksNonlinearity ? [{ about: "nonlinearity" as const, choices: ["tanh", "relu"] }] : []),
      ...(head.choices ? [{ about: "head" as const, choices: head.choices }] : []),
      ...(norms.choices ? [{ about: "norm" as const, choices: norms.choices }] : []),
    ],
    notes: [...under.notes, ...norms.notes, ...head.notes],
  };
}

/** What a layer hands on at each step. */
const widthOf = (layer: LayerDescription): number =>
  stateWidth(layer, "h") * layer.directions.length;

const biases = ["bias_ih", "bias_hh"] as const;

/** Sizes of one cell, once its tensors were checked against each other. */
function describeCell(
  prefix: string,
  layer: number,
  parts: CellParts,
  wanted: Cell | undefined,
): Pick<LayerDescription, "cell" | "hidden" | "inputSize" | "projection"> {
  const at = `layer ${layer}`;
  const input = shapeOf(prefix, parts, "weight_ih", 2);
  const recurrent = shapeOf(prefix, parts, "weight_hh", 2);
  if (!input || !recurrent) {
    throw misfit(prefix, `${at} has no ${input ? "weight_hh" : "weight_ih"}`);
  }
  const projected = shapeOf(prefix, parts, "weight_hr", 2);
  const [rows, inputSize] = input;
  const [recurrentRows, handedOn] = recurrent;
  const hidden = projected?.[1] ?? handedOn;
  if (projected && projected[0] !== handedOn) {
    throw misfit(
      prefix,
      `in ${at} weight_hr gives ${projected[0]} numbers, but weight_hh reads ${handedOn}`,
    );
  }
  if (rows !== recurrentRows) {
    throw misfit(prefix, `in ${at} weight_ih has ${rows} rows and weight_hh ${recurrentRows}`);
  }
  for (const bias of biases) {
    const shape = shapeOf(prefix, parts, bias, 1);
    if (shape && shape[0] !== rows) {
      throw misfit(prefix, `in ${at} ${bias} has ${shape[0]} numbers for ${rows} rows`);
    }
  }
  const cell = hidden > 0 ? gateCounts[rows / hidden] : undefined;
  if (hidden === 0 || inputSize === 0) throw misfit(prefix, `${at} has no units or no inputs`);
  if (cell === undefined) {
    const perUnit = Number((rows / hidden).toFixed(2));
    throw misfit(
      prefix,
      `${at} has ${rows} rows for ${hidden} units: ${perUnit} per unit, where an RNN has 1, a GRU 3 and an LSTM 4`,
    );
  }
  if (wanted !== undefined && wanted !== cell) {
    throw new UserError(
      "model",
      `${titleOf(prefix)} is not a ${wanted}: ${at} has ${rows / hidden} rows per unit, a ${wanted} has ${rowsPerUnit[wanted]}.`,
      { advice: `Leave the cell out, or say ${cell}.` },
    );
  }
  if (projected && cell !== "lstm") throw misfit(prefix, `${at} is a ${cell} with a projection`);
  return { cell, hidden, inputSize, ...(projected && { projection: handedOn }) };
}

function shapeOf(
  prefix: string,
  parts: CellParts,
  part: string,
  rank: number,
): readonly number[] | undefined {
  const found = parts.get(part);
  if (!found) return undefined;
  if (found.tensor.shape.length !== rank) {
    throw misfit(prefix, `"${found.source}" has the shape (${found.tensor.shape.join(",")})`);
  }
  requireReal(found.source, found.tensor);
  return found.tensor.shape;
}

/** Throws `UserError` for numbers that cannot be computed with, such as quantized ones. */
export function requireReal(source: string, tensor: FileTensor): void {
  if (isReal(tensor)) return;
  throw new UserError("model", `"${source}" is stored as ${tensor.type}, not as real numbers.`, {
    advice: "If the model is quantized, save it as it was before.",
  });
}

function parametersOf(
  parts: CellParts,
  layer: number,
  direction: Direction,
): readonly NetworkParameter[] {
  const suffix = direction === "forward" ? `_l${layer}` : `_l${layer}_reverse`;
  return ["weight_ih", "weight_hh", ...biases, "weight_hr"].flatMap((name) => {
    const part = parts.get(name);
    if (!part) return [];
    const { source, tensor } = part;
    requireReal(source, tensor);
    return [{ name: name + suffix, source, shape: tensor.shape, data: realsOf(tensor) }];
  });
}

const titleOf = (prefix: string): string =>
  prefix === "" ? "The recurrent module" : `The recurrent module "${prefix}"`;

const misfit = (prefix: string, reason: string): UserError =>
  new UserError("model", `${titleOf(prefix)} does not fit together: ${reason}.`, {
    advice: "Save the state_dict of the whole module again.",
  });
