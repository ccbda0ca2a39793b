/** The graph of an ONNX model, to be walked in both directions. */
import type { GraphNode, OnnxFile } from "../../formats/onnx/onnxFile.ts";

export interface OnnxGraph {
  readonly file: OnnxFile;
  /** The node that gives a value, and which of its outputs it is. */
  readonly producers: ReadonlyMap<string, { readonly node: GraphNode; readonly output: number }>;
  readonly consumers: ReadonlyMap<string, readonly GraphNode[]>;
}

export function onnxGraph(file: OnnxFile): OnnxGraph {
  const producers = new Map<string, { node: GraphNode; output: number }>();
  const consumers = new Map<string, GraphNode[]>();
  for (const node of file.nodes) {
    for (const [output, name] of node.outputs.entries()) {
      if (name !== "") producers.set(name, { node, output });
    }
    for (const name of new Set(node.inputs)) {
      const known = consumers.get(name);
      if (known) known.push(node);
      else consumers.set(name, [node]);
    }
  }
  return { file, producers, consumers };
}

/** Nodes that look at a value's numbers; Shape looks at none. */
export const readersOf = ({ consumers }: OnnxGraph, name: string): readonly GraphNode[] =>
  (consumers.get(name) ?? []).filter(({ operator }) => operator !== "Shape");

/** What a node is called in a sentence: `Softmax "/out/Softmax"`. */
export const titleOf = ({ name, operator }: GraphNode): string =>
  name === "" ? operator : `${operator} "${name}"`;

/** What does nothing to the numbers themselves, only to how they lie, or nothing at all when a model is used. */
export const passesOn: ReadonlySet<string> = new Set([
  "Identity",
  "Dropout",
  "Cast",
  "Squeeze",
  "Unsqueeze",
  "Reshape",
  "Transpose",
  "Flatten",
]);
