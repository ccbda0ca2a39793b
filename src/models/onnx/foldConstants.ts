/**
 * What is constant in an ONNX graph though it is not written down as such: exporters put weights together out of slices.
 * Only what moves numbers is followed; nothing is computed.
 */
import { aligned, isWhole, wholeNumbersOf, type FileTensor } from "../../formats/fileTensor.ts";
import type { GraphNode } from "../../formats/onnx/onnxFile.ts";
import { concat, gather, reshape, slice, squeeze, transpose, unsqueeze } from "./moveNumbers.ts";
import type { OnnxGraph } from "./onnxGraph.ts";

export interface Constants {
  /** The value of that name, or undefined where it depends on what is fed. */
  tensor(name: string | undefined): FileTensor | undefined;
  /** The number that a value has everywhere, whatever its shape comes to be: how exporters write initial states. */
  everywhere(name: string): number | undefined;
}

/** Longer chains are no exporter's. */
const maximumDepth = 200;

/** `budget`: bytes that may be built. */
export function foldConstants({ file, producers }: OnnxGraph, budget: number): Constants {
  const known = new Map<string, FileTensor | undefined>();
  let left = budget;

  const tensor = (name: string | undefined, depth = 0): FileTensor | undefined => {
    if (name === undefined || name === "" || depth > maximumDepth) return undefined;
    const written = file.constants.get(name);
    if (written || known.has(name)) return written ?? known.get(name);
    known.set(name, undefined);
    const producer = producers.get(name);
    if (!producer) return undefined;
    const value = evaluate(producer.node, (input) => tensor(input, depth + 1));
    left -= value?.bytes.length ?? 0;
    if (left >= 0) known.set(name, value);
    return known.get(name);
  };

  const everywhere = (name: string, depth = 0): number | undefined => {
    if (depth > maximumDepth) return undefined;
    const constant = tensor(name);
    if (constant) return sameEverywhere(constant);
    const node = producers.get(name)?.node;
    if (!node) return undefined;
    if (node.operator === "ConstantOfShape") {
      const value = node.attributes.get("value")?.tensor;
      return value ? sameEverywhere(value) : 0;
    }
    if (
      /^(Expand|Slice|Reshape|Transpose|Squeeze|Unsqueeze|Identity|Cast|Gather|Tile)$/.test(
        node.operator,
      )
    ) {
      return everywhere(node.inputs[0], depth + 1);
    }
    return undefined;
  };
  return { tensor: (name) => tensor(name), everywhere: (name) => everywhere(name) };
}

function sameEverywhere(tensor: FileTensor): number | undefined {
  const { type, bytes } = tensor;
  if (bytes.every((byte) => byte === 0)) return 0;
  if (type !== "float32" || bytes.length < 4) return undefined;
  const values = new Float32Array(...aligned(bytes, 4));
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

function evaluate(
  node: GraphNode,
  input: (name: string | undefined) => FileTensor | undefined,
): FileTensor | undefined {
  const { operator, attributes, inputs } = node;
  if (operator === "Constant") return attributes.get("value")?.tensor ?? constantInts(node);
  const first = input(inputs[0]);
  if (!first) return undefined;
  // Since operator set 13 sizes and axes are inputs; before, attributes.
  const numbers = (index: number, attribute: string): readonly number[] | undefined => {
    const given = input(inputs[index]);
    if (given) return isWhole(given) ? [...wholeNumbersOf(given)] : undefined;
    return inputs[index] ? undefined : attributes.get(attribute)?.integers;
  };
  switch (operator) {
    case "Identity":
      return first;
    case "Transpose":
      return transpose(first, attributes.get("perm")?.integers);
    case "Reshape":
      return reshape(first, numbers(1, "shape"));
    case "Squeeze":
      return squeeze(first, numbers(1, "axes"));
    case "Unsqueeze":
      return unsqueeze(first, numbers(1, "axes"));
    case "Concat":
      return concat(inputs.map(input), attributes.get("axis")?.integer ?? 0);
    case "Slice":
      return slice(
        first,
        numbers(1, "starts"),
        numbers(2, "ends"),
        numbers(3, "axes"),
        numbers(4, "steps"),
      );
    case "Gather":
      return gather(first, input(inputs[1]), attributes.get("axis")?.integer ?? 0);
    default:
      return undefined;
  }
}

function constantInts({ attributes }: GraphNode): FileTensor | undefined {
  const integers = attributes.get("value_ints")?.integers ?? [];
  const one = attributes.get("value_int");
  const values = one ? [one.integer] : integers;
  if (values.length === 0) return undefined;
  const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return { type: "int64", shape: one ? [] : [values.length], bytes };
}
