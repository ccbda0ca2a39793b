/** What lies over the top recurrent node of an ONNX graph: a linear layer, or the place where a trace ends. */
import {
  isReal,
  isWhole,
  realsOf,
  wholeNumbersOf,
  type FileTensor,
} from "../../formats/fileTensor.ts";
import type { GraphNode } from "../../formats/onnx/onnxFile.ts";
import type { LayerNorm } from "../layerNorm.ts";
import { softmaxNote, type NetworkParameter } from "../modelContents.ts";
import { transposed } from "../transposed.ts";
import type { Constants } from "./foldConstants.ts";
import { normAfter } from "./onnxNorm.ts";
import { passesOn, readersOf, titleOf, type OnnxGraph } from "./onnxGraph.ts";

export interface OnnxHead {
  readonly at: "each-step" | "last-step";
  /** O; undefined where there is no linear layer. */
  readonly size?: number;
  /** Between the recurrent layers and what follows. */
  readonly norm?: LayerNorm;
  /** A softmax follows. */
  readonly softmax?: boolean;
  readonly parameters: readonly NetworkParameter[];
  readonly notes: readonly string[];
}

/** `width` numbers are handed on by the node, in `directions`. */
export function findOnnxHead(
  graph: OnnxGraph,
  constants: Constants,
  node: GraphNode,
  top: { readonly width: number; readonly directions: number },
): OnnxHead {
  const [everyStep = "", lastStep = ""] = node.outputs;
  const isUsed = (name: string): boolean =>
    name !== "" && (readersOf(graph, name).length > 0 || graph.file.outputs.includes(name));
  const start = isUsed(everyStep) ? everyStep : lastStep;
  let at: OnnxHead["at"] = isUsed(everyStep) || !isUsed(lastStep) ? "each-step" : "last-step";
  let norm: LayerNorm | undefined;
  const found = (): Pick<OnnxHead, "at" | "norm"> => ({ at, ...(norm && { norm }) });
  const ends = (notes: readonly string[]): OnnxHead => ({ ...found(), parameters: [], notes });

  let value = start;
  const seen = new Set<string>();
  for (;;) {
    const readers = readersOf(graph, value);
    if (readers.length === 0 || seen.has(value)) return ends([]);
    seen.add(value);
    const normalizes = norm ? undefined : normAfter(graph, constants, value, top.width);
    if (normalizes) {
      ({ norm, next: value } = normalizes);
      continue;
    }
    if (readers.length > 1) {
      return ends([
        `The trace ends where several parts read the same: ${readers.map(titleOf).join(", ")}.`,
      ]);
    }
    const [reader] = readers;
    const isOnlyDirection =
      at === "last-step" && value === lastStep && takesOnly(reader, top.directions, constants);
    if ((passesOn.has(reader.operator) || isOnlyDirection) && reader.inputs[0] === value) {
      value = reader.outputs[0];
    } else if (at === "each-step" && takesLast(reader, value, constants)) {
      if (top.directions > 1) {
        // At the last step the reverse direction has read one step only; its final state is at the first.
        return ends([
          `The trace ends before ${titleOf(reader)}, which takes both directions at the last step.`,
        ]);
      }
      at = "last-step";
      value = reader.outputs[0];
    } else {
      const linear = linearOf(graph, constants, reader, value, top.width);
      if (linear) return { ...found(), ...linear };
      return ends([`The trace ends before ${titleOf(reader)}.`]);
    }
  }
}

/** Whether a node takes the last of something: Gather with index −1, or Slice from −1. */
function takesLast({ operator, inputs }: GraphNode, value: string, constants: Constants): boolean {
  if (inputs[0] !== value || (operator !== "Gather" && operator !== "Slice")) return false;
  const index = constants.tensor(inputs[1]);
  return index !== undefined && isWhole(index) && [...wholeNumbersOf(index)].join() === "-1";
}

/** Whether a node takes the only direction of a final state (1,B,H). */
function takesOnly(node: GraphNode, directions: number, constants: Constants): boolean {
  const { operator, inputs, attributes } = node;
  if (directions !== 1 || operator !== "Gather") return false;
  const index = constants.tensor(inputs[1]);
  const axis = attributes.get("axis")?.integer ?? 0;
  return axis === 0 && index !== undefined && isWhole(index) && index.shape.length === 0;
}

function linearOf(
  graph: OnnxGraph,
  constants: Constants,
  node: GraphNode,
  value: string,
  width: number,
): Pick<OnnxHead, "size" | "softmax" | "parameters" | "notes"> | undefined {
  const { operator, inputs, outputs, attributes } = node;
  if ((operator !== "MatMul" && operator !== "Gemm") || inputs[0] !== value) return undefined;
  const weight = constants.tensor(inputs[1]);
  if (weight?.shape.length !== 2 || !isReal(weight)) return undefined;
  const isGemm = operator === "Gemm";
  const scale = [attributes.get("alpha"), attributes.get("beta")];
  if (isGemm && scale.some((one) => one !== undefined && one.float !== 1)) return undefined;
  if (attributes.get("transA")?.integer === 1) return undefined;
  // MatMul and Gemm multiply by (K,O) from the right; PyTorch's Gemm says that its (O,K) is to be transposed.
  const isOurs = isGemm && attributes.get("transB")?.integer === 1;
  const [size, inner] = isOurs ? weight.shape : [weight.shape[1], weight.shape[0]];
  if (inner !== width || size < 1) return undefined;

  const added = isGemm
    ? { name: inputs[2], next: outputs[0] }
    : biasAfter(graph, constants, outputs[0]);
  const bias = constants.tensor(added.name);
  const hasBias = bias !== undefined && isReal(bias) && bias.shape.join() === String(size);
  if (added.name && !hasBias) return undefined;
  const data = isOurs ? realsOf(weight) : transposed(realsOf(weight), inner, size);
  const parameters: NetworkParameter[] = [
    {
      name: "output.weight",
      source: weightName(inputs[1], added.name),
      shape: [size, inner],
      data,
    },
  ];
  if (hasBias && added.name) {
    parameters.push({
      name: "output.bias",
      source: added.name,
      shape: [size],
      data: realsOf(bias),
    });
  }
  const [after] = readersOf(graph, added.next);
  const axis = after?.attributes.get("axis")?.integer ?? -1;
  if (/^(Log)?Softmax$/.test(after?.operator ?? "") && (axis === -1 || axis === 2)) {
    return { size, softmax: true, parameters, notes: [softmaxNote] };
  }
  const notes = after ? [`${titleOf(after)} follows the output; a trace leaves it out.`] : [];
  return { size, parameters, notes };
}

/** The constant that is added to a product, and what comes out then. */
function biasAfter(
  graph: OnnxGraph,
  constants: Constants,
  product: string,
): { readonly name?: string; readonly next: string } {
  const readers = readersOf(graph, product);
  const [add] = readers;
  if (readers.length !== 1 || add.operator !== "Add") return { next: product };
  const name = add.inputs.find((input) => input !== product);
  return constants.tensor(name) ? { name, next: add.outputs[0] } : { next: product };
}

/** Exporters rename a transposed weight, but not the bias beside it. */
const weightName = (weight: string, bias: string | undefined): string =>
  bias?.endsWith(".bias") && weight.startsWith("onnx::") ? bias.replace(/bias$/, "weight") : weight;

/** A table of vectors that tokens choose from. */
export function embeddingOf(
  { operator, inputs, attributes }: GraphNode,
  constants: Constants,
): { readonly source: string; readonly table: FileTensor } | undefined {
  if (operator !== "Gather" || (attributes.get("axis")?.integer ?? 0) !== 0) return undefined;
  const table = constants.tensor(inputs[0]);
  return table?.shape.length === 2 && isReal(table) ? { source: inputs[0], table } : undefined;
}
