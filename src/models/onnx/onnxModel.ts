/** An ONNX file as networks: from each recurrent node that no other lies on, down to what it is fed. */
import { UserError } from "../../config/problem.ts";
import { realsOf } from "../../formats/fileTensor.ts";
import { decodeOnnx, type GraphNode, type OnnxFile } from "../../formats/onnx/onnxFile.ts";
import type { ExternalData } from "../../formats/onnx/onnxTensor.ts";
import type { ModelDescription, Real } from "../../trace/trace.ts";
import { outputNormParameters, underNorm, type LayerNorm } from "../layerNorm.ts";
import type { ModelContents, ModelNetwork, NetworkParameter } from "../modelContents.ts";
import { refuseTooLarge, refuseTooMany } from "../bounds.ts";
import { foldConstants, type Constants } from "./foldConstants.ts";
import { embeddingOf, findOnnxHead } from "./onnxHead.ts";
import { normBefore } from "./onnxNorm.ts";
import { onnxGraph, passesOn, titleOf, type OnnxGraph } from "./onnxGraph.ts";
import { isRecurrent, readRecurrentNode, type RecurrentNode } from "./recurrentNode.ts";

/** Throws `FormatError` for damaged files. */
export function openOnnxModel(bytes: Uint8Array, external: ExternalData): ModelContents {
  const file = decodeOnnx(bytes, external);
  const graph = onnxGraph(file);
  const constants = foldConstants(graph, 8 * bytes.length + 2 ** 20);
  const notes: string[] = [];
  const read = new Map<GraphNode, RecurrentNode>();
  const recurrent = file.nodes.filter(isRecurrent);
  refuseTooMany("recurrent modules", recurrent.length);
  const weights = recurrent.flatMap(({ inputs }) => [inputs[1], inputs[2]]);
  const size = (name: string): number => constants.tensor(name)?.bytes.length ?? 0;
  refuseTooLarge(
    weights.reduce((sum, name) => sum + size(name), 0),
    bytes.length + constantBytes(file),
  );
  for (const node of recurrent) {
    try {
      read.set(node, readRecurrentNode(node, constants));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      notes.push([error.message, error.details.advice].filter(Boolean).join(" "));
    }
  }
  const sources = new Map(
    [...read].map(([node, { layer }]) => [node, sourceOf(graph, constants, node, layer.inputSize)]),
  );
  const covered = new Set([...sources.values()].map(({ node }) => node));
  const tops = [...read.keys()].filter((node) => !covered.has(node));
  const networks = tops.map((top) => networkOf(graph, constants, read, sources, top));
  if (networks.length === 0) {
    const operators = [...new Set(file.nodes.map(({ operator }) => operator))];
    notes.push(
      `It has no RNN, LSTM or GRU that can be read. Its operators: ${operators.slice(0, 20).join(", ")}.`,
    );
    if (isWrittenOut(file.nodes, constants)) notes.push(writtenOutNote);
  }
  return {
    format: "onnx",
    title: file.producer === "" ? "ONNX" : `ONNX, made by ${file.producer}`,
    networks: withDifferentNames(networks),
    tensors: [...file.constants].map(([name, { type, shape }]) => ({ name, type, shape })),
    metadata: file.metadata,
    notes,
  };
}

/** The same weights multiply again and again: the steps of a recurrent layer, one after the other. */
function isWrittenOut(nodes: readonly GraphNode[], constants: Constants): boolean {
  const uses = new Map<string, number>();
  for (const { operator, inputs } of nodes) {
    if (operator !== "MatMul" && operator !== "Gemm") continue;
    for (const name of inputs.slice(0, 2)) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return [...uses].some(([name, count]) => count > 2 && constants.tensor(name)?.shape.length === 2);
}

const writtenOutNote =
  "The same weights multiply several times, as in a recurrent layer that was written out step by step: PyTorch's newer exporter does so with nn.RNN. " +
  "Export it with torch.onnx.export(…, dynamo=False), or save its state_dict.";

/** Of all that is written down, also in files beside the model. */
const constantBytes = ({ constants }: OnnxFile): number =>
  [...constants.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);

/** What a recurrent node reads. */
interface Source {
  /** The recurrent node below, or what a trace starts after. */
  readonly node?: GraphNode;
  readonly embedding?: NetworkParameter;
  /** Between that and the recurrent node. */
  readonly norm?: LayerNorm;
  readonly notes: readonly string[];
  readonly batchFirst: boolean;
}

/** `width`: numbers that the node reads at each step. */
function sourceOf(graph: OnnxGraph, constants: Constants, top: GraphNode, width: number): Source {
  let value = top.inputs[0];
  let norm: LayerNorm | undefined;
  let batchFirst = top.attributes.get("layout")?.integer === 1;
  const seen = new Set<string>();
  for (;;) {
    const producer = graph.producers.get(value);
    if (!producer || seen.has(value)) return { notes: [], batchFirst, ...(norm && { norm }) };
    seen.add(value);
    const { node, output } = producer;
    if (isRecurrent(node) && norm) {
      return { notes: [`The trace starts after the normalization "${norm.name}".`], batchFirst };
    }
    if (isRecurrent(node)) {
      return output === 0
        ? { node, notes: [], batchFirst }
        : {
            notes: [`The trace starts after ${titleOf(node)}, whose final state it reads.`],
            batchFirst,
          };
    }
    const embedding = embeddingOf(node, constants);
    if (embedding) {
      const { source, table } = embedding;
      const data = realsOf(table);
      return {
        embedding: { name: "embedding.weight", source, shape: table.shape, data },
        ...(norm && { norm }),
        notes: [],
        batchFirst: batchFirst || swaps(graph.producers.get(node.inputs[1])?.node),
      };
    }
    const found = norm ? undefined : normBefore(graph, constants, value, width);
    if (found) {
      ({ norm, fed: value } = found);
      continue;
    }
    if (!passesOn.has(node.operator)) {
      return { notes: [`The trace starts after ${titleOf(node)}.`], batchFirst };
    }
    if (swaps(node)) batchFirst = !batchFirst;
    value = node.inputs[0];
  }
}

/** Whether a node changes the axes of batch and time. */
function swaps(node: GraphNode | undefined): boolean {
  const order = node?.operator === "Transpose" ? node.attributes.get("perm")?.integers : undefined;
  return order?.[0] === 1 && order[1] === 0;
}

function networkOf(
  graph: OnnxGraph,
  constants: Constants,
  read: ReadonlyMap<GraphNode, RecurrentNode>,
  sources: ReadonlyMap<GraphNode, Source>,
  top: GraphNode,
): ModelNetwork {
  const stack: { node: GraphNode; recurrent: RecurrentNode; source: Source }[] = [];
  for (let node: GraphNode | undefined = top; node;) {
    const recurrent = read.get(node);
    const source = sources.get(node);
    if (!recurrent || !source || stack.some((entry) => entry.node === node)) break;
    stack.unshift({ node, recurrent, source });
    node = source.node;
  }
  const [bottom] = stack;
  const { layer: topLayer } = stack[stack.length - 1].recurrent;
  const width = topLayer.hidden * topLayer.directions.length;
  const under = underNorm(bottom.source.embedding, bottom.source.norm);
  const { embedding } = under;
  const size = bottom.recurrent.layer.inputSize;
  const head = findOnnxHead(graph, constants, top, {
    width,
    directions: topLayer.directions.length,
  });
  const name = nameOf(bottom.node);
  const parameters: NetworkParameter[] = embedding ? [embedding] : [];
  const initialStates = new Map<string, Real>();
  for (const [number, { recurrent }] of stack.entries()) {
    for (const [part, { shape, data }] of recurrent.parameters) {
      const ours = part.replace(/(_reverse)?$/, `_l${number}$1`);
      parameters.push({ name: ours, source: `${name}.${ours}`, shape, data });
    }
    for (const [state, value] of recurrent.initialStates) {
      initialStates.set(`layers.${number}.${state}`, value);
    }
  }
  const input: ModelDescription["input"] = embedding
    ? { kind: "tokens", vocabulary: embedding.shape[0], embedding: size }
    : { kind: "dense", size };
  return {
    name,
    input,
    layers: stack.map(({ recurrent }) => recurrent.layer),
    output: {
      ...(head.size === undefined
        ? { size: width, at: head.at, linear: false }
        : { size: head.size, at: head.at }),
      ...(head.norm && { norm: { epsilon: head.norm.epsilon } }),
    },
    ...(head.softmax && { softmax: true }),
    ...(under.inputNorm && { inputNorm: under.inputNorm }),
    parameters: [
      ...parameters,
      ...(head.norm ? outputNormParameters(head.norm) : []),
      ...head.parameters,
    ],
    ...(initialStates.size > 0 && { initialStates: allStates(stack, initialStates) }),
    ...(bottom.recurrent.lengths && { lengths: bottom.recurrent.lengths }),
    batchFirst: bottom.source.batchFirst,
    questions: [],
    notes: [
      ...bottom.source.notes,
      ...under.notes,
      ...stack.flatMap(({ recurrent }) => recurrent.notes),
      ...head.notes,
    ],
    ...firstReason(stack.map(({ recurrent }) => recurrent.untraceable)),
  };
}

const firstReason = (reasons: readonly (string | undefined)[]): { untraceable?: string } => {
  const reason = reasons.find((one) => one !== undefined);
  return reason === undefined ? {} : { untraceable: reason };
};

/** Where one state is given, all are: zeros for the others. */
function allStates(
  stack: readonly { readonly recurrent: RecurrentNode }[],
  given: ReadonlyMap<string, Real>,
): ReadonlyMap<string, Real> {
  const states = new Map<string, Real>();
  for (const [number, { recurrent }] of stack.entries()) {
    const { cell, hidden, directions } = recurrent.layer;
    for (const direction of directions) {
      for (const state of cell === "lstm" ? ["h", "c"] : ["h"]) {
        const name = `layers.${number}.${direction}.${state}`;
        states.set(name, given.get(name) ?? new Float32Array(hidden));
      }
    }
  }
  return states;
}

/** `/encoder/rnn/LSTM_1`, as PyTorch's exporter names it, is the module `encoder.rnn`. */
function nameOf({ name, operator }: GraphNode): string {
  const path = name.split("/").filter((part) => part !== "");
  if (path.length > 1) return path.slice(0, -1).join(".");
  return path[0] ?? operator.toLowerCase();
}

function withDifferentNames(networks: readonly ModelNetwork[]): readonly ModelNetwork[] {
  const taken = new Map<string, number>();
  return networks.map((network) => {
    const count = (taken.get(network.name) ?? 0) + 1;
    taken.set(network.name, count);
    return count === 1 ? network : { ...network, name: `${network.name} (${count})` };
  });
}
