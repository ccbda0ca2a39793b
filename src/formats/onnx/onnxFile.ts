/** An ONNX model as its messages say it (onnx.proto3), without a meaning for any operator. */
import type { FileTensor } from "../fileTensor.ts";
import { FormatError } from "../formatError.ts";
import { packedVarints, protobufFields } from "../protobufReader.ts";
import { readTensor, type ExternalData } from "./onnxTensor.ts";

export interface OnnxFile {
  /** "pytorch 2.13.0" */
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, FileTensor>;
  /** Names of what is fed, without those that are constants. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface GraphNode {
  readonly name: string;
  readonly operator: string;
  /** An empty name is an input that was left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Attribute {
  readonly float: number;
  readonly integer: number;
  readonly text: string;
  readonly tensor?: FileTensor;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
  readonly texts: readonly string[];
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** `external` finds the files beside the model. Throws `FormatError`. */
export function decodeOnnx(bytes: Uint8Array, external: ExternalData): OnnxFile {
  let producer = "";
  let version = "";
  let graph: Uint8Array | undefined;
  const metadata: [string, string][] = [];
  for (const { field, bytes: part } of protobufFields(bytes)) {
    if (field === 2) producer = text(part);
    if (field === 3) version = text(part);
    if (field === 7) graph = part;
    if (field === 14) metadata.push(readPair(part));
  }
  if (!graph) throw new FormatError("ONNX", "it has no graph.");
  return {
    producer: `${producer} ${version}`.trim(),
    metadata: Object.fromEntries(metadata),
    ...readGraph(graph, external),
  };
}

function readGraph(bytes: Uint8Array, external: ExternalData) {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, FileTensor>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const { field, bytes: part } of protobufFields(bytes)) {
    if (field === 1) nodes.push(readNode(part, external));
    if (field === 5) {
      const { name, tensor } = readTensor(part, external);
      constants.set(name, tensor);
    }
    if (field === 11) inputs.push(readName(part));
    if (field === 12) outputs.push(readName(part));
  }
  return { nodes, constants, inputs: inputs.filter((name) => !constants.has(name)), outputs };
}

function readNode(bytes: Uint8Array, external: ExternalData): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let name = "";
  let operator = "";
  for (const { field, bytes: part } of protobufFields(bytes)) {
    if (field === 1) inputs.push(text(part));
    if (field === 2) outputs.push(text(part));
    if (field === 3) name = text(part);
    if (field === 4) operator = text(part);
    if (field === 5) {
      const attribute = readAttribute(part, external);
      attributes.set(attribute.name, attribute);
    }
  }
  return { name, operator, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array, external: ExternalData): Attribute & { name: string } {
  const found = { name: "", float: 0, integer: 0, text: "" };
  const floats: number[] = [];
  const integers: number[] = [];
  const texts: string[] = [];
  let tensor: FileTensor | undefined;
  for (const { field, bytes: part, integer, float } of protobufFields(bytes)) {
    if (field === 1) found.name = text(part);
    if (field === 2) found.float = float;
    if (field === 3) found.integer = integer;
    if (field === 4) found.text = text(part);
    if (field === 5) ({ tensor } = readTensor(part, external));
    // Packed or one by one, as the writer liked.
    if (field === 7 && part.length > 0) floats.push(...packedFloats(part));
    else if (field === 7) floats.push(float);
    if (field === 8 && part.length > 0)
      for (const value of packedVarints(part)) integers.push(value);
    else if (field === 8) integers.push(integer);
    if (field === 9) texts.push(text(part));
  }
  return { ...found, floats, integers, texts, ...(tensor && { tensor }) };
}

function packedFloats(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.min(1000, Math.floor(bytes.length / 4));
  return Array.from({ length: count }, (_, k) => view.getFloat32(4 * k, true));
}

function readName(bytes: Uint8Array): string {
  for (const { field, bytes: part } of protobufFields(bytes)) if (field === 1) return text(part);
  return "";
}

function readPair(bytes: Uint8Array): [string, string] {
  const pair: [string, string] = ["", ""];
  for (const { field, bytes: part } of protobufFields(bytes)) {
    if (field === 1) pair[0] = text(part);
    if (field === 2) pair[1] = text(part);
  }
  return pair;
}
