/**
 * Layer normalization over the last axis: ONNX's LayerNormalization (https://onnx.ai/onnx/operators/onnx__LayerNormalization.html),
 * which came with operator set 17, and how exporters wrote it out before:
 *   d = x − ReduceMean(x)      y = d / Sqrt(ReduceMean(Pow(d, 2)) + ε) · γ + β
 */
import { isReal, isWhole, realsOf, wholeNumbersOf } from "../../formats/fileTensor.ts";
import type { GraphNode } from "../../formats/onnx/onnxFile.ts";
import type { LayerNorm } from "../layerNorm.ts";
import type { Real } from "../../trace/trace.ts";
import type { Constants } from "./foldConstants.ts";
import { readersOf, type OnnxGraph } from "./onnxGraph.ts";

interface FoundNorm {
  readonly norm: LayerNorm;
  /** The value that comes out. */
  readonly next: string;
}

/** What normalizes `value`, whose last axis has `width` numbers, where nothing else reads it. */
export function normAfter(
  graph: OnnxGraph,
  constants: Constants,
  value: string,
  width: number,
): FoundNorm | undefined {
  const readers = readersOf(graph, value);
  if (readers.length === 1) return operatorNorm(readers[0], value, width, constants);
  return readers.length === 2 ? writtenOut(graph, constants, value, width) : undefined;
}

/** What `value` comes out of, and what was fed to that. */
export function normBefore(
  graph: OnnxGraph,
  constants: Constants,
  value: string,
  width: number,
): { readonly norm: LayerNorm; readonly fed: string } | undefined {
  const path = ["Add", "Mul", "Div", "Sub"];
  let fed = value;
  for (const operator of path) {
    const node = graph.producers.get(fed)?.node;
    if (node?.operator === "LayerNormalization" && fed === value) {
      [fed] = node.inputs;
      break;
    }
    if (node?.operator !== operator) return undefined;
    fed = node.inputs.find((name) => constants.tensor(name) === undefined) ?? "";
  }
  const found = normAfter(graph, constants, fed, width);
  return found?.next === value ? { norm: found.norm, fed } : undefined;
}

function operatorNorm(
  { name, operator, inputs, outputs, attributes }: GraphNode,
  value: string,
  width: number,
  constants: Constants,
): FoundNorm | undefined {
  const axis = attributes.get("axis")?.integer ?? -1;
  if (operator !== "LayerNormalization" || inputs[0] !== value || !isLast(axis)) return undefined;
  const weight = vectorOf(inputs[1], width, constants);
  const bias = inputs[2] ? vectorOf(inputs[2], width, constants) : new Float32Array(width);
  if (!weight || !bias) return undefined;
  const epsilon = attributes.get("epsilon")?.float ?? 1e-5;
  return {
    norm: { name: nameOf(inputs[1]) ?? (name || operator), epsilon, weight, bias },
    next: outputs[0],
  };
}

function writtenOut(
  graph: OnnxGraph,
  constants: Constants,
  value: string,
  width: number,
): FoundNorm | undefined {
  const reader = (name: string, operator: string): GraphNode | undefined =>
    readersOf(graph, name).find((node) => node.operator === operator);
  const follow = (node: GraphNode | undefined, operator: string): GraphNode | undefined =>
    node && reader(node.outputs[0], operator);
  /** The constant that a node puts together with what it reads. */
  const beside = (node: GraphNode | undefined): string | undefined =>
    node?.inputs.find((name) => constants.tensor(name) !== undefined);

  const mean = reader(value, "ReduceMean");
  const difference = reader(value, "Sub");
  const square = follow(difference, "Pow");
  const variance = follow(square, "ReduceMean");
  const shifted = follow(variance, "Add");
  const root = follow(shifted, "Sqrt");
  const quotient = follow(difference, "Div");
  const scaled = follow(quotient, "Mul");
  const sum = follow(scaled, "Add");
  const fits =
    mean !== undefined &&
    variance !== undefined &&
    difference?.inputs.join() === [value, mean.outputs[0]].join() &&
    quotient?.inputs.join() === [difference.outputs[0], root?.outputs[0]].join() &&
    isOverLast(mean, constants) &&
    isOverLast(variance, constants) &&
    constants.everywhere(square?.inputs[1] ?? "") === 2;
  const epsilon = constants.everywhere(beside(shifted) ?? "");
  const weight = vectorOf(beside(scaled), width, constants);
  const bias = vectorOf(beside(sum), width, constants);
  if (!fits || !sum || epsilon === undefined || !weight || !bias) return undefined;
  const name = nameOf(beside(scaled) ?? "") ?? sum.name;
  return { norm: { name, epsilon, weight, bias }, next: sum.outputs[0] };
}

/** Counted from the front, it is the last axis of (T,B,·). */
const isLast = (axis: number): boolean => axis === -1 || axis === 2;

function isOverLast({ inputs, attributes }: GraphNode, constants: Constants): boolean {
  const given = constants.tensor(inputs[1]);
  const axes =
    given && isWhole(given) ? [...wholeNumbersOf(given)] : attributes.get("axes")?.integers;
  return axes?.length === 1 && isLast(axes[0]);
}

function vectorOf(name: string | undefined, width: number, constants: Constants): Real | undefined {
  const tensor = constants.tensor(name);
  const fits = tensor && isReal(tensor) && tensor.shape.join() === String(width);
  return fits ? realsOf(tensor) : undefined;
}

const nameOf = (weight: string): string | undefined => /^(.+)\.weight$/.exec(weight)?.[1];
