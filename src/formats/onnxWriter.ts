/** The messages of ONNX (onnx.proto3), written. What the nodes of a graph mean is their operators' business. */
import { protobuf, protobufBytes, type ProtobufMessage } from "./protobufWriter.ts";

/** TensorProto.DataType */
export const onnxType = { float: 1, int64: 7, double: 11 } as const;

export type OnnxType = keyof typeof onnxType;

export interface OnnxNode {
  readonly operator: string;
  /** An empty name is an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<
    Record<string, number | string | readonly number[] | readonly string[]>
  >;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  /** A text is the name of a size that only the program knows. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** IR 8 with operator set 17: old enough for any runtime of the last years. */
const irVersion = 8;
const operatorSet = 17;

export function encodeOnnx(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  return protobufBytes(
    protobuf([
      { field: 1, integer: irVersion },
      { field: 2, text: "unroll" },
      { field: 7, message: graphMessage(graph) },
      {
        field: 8,
        message: protobuf([
          { field: 1, text: "" },
          { field: 2, integer: operatorSet },
        ]),
      },
      ...Object.entries(graph.metadata).map(([key, value]) => ({
        field: 14,
        message: protobuf([
          { field: 1, text: key },
          { field: 2, text: value },
        ]),
      })),
    ]),
  );
}

const graphMessage = (graph: OnnxGraph): ProtobufMessage =>
  protobuf([
    ...graph.nodes.map((node, index) => ({ field: 1, message: nodeMessage(node, index) })),
    { field: 2, text: graph.name },
    ...graph.constants.map((constant) => ({ field: 5, message: tensorMessage(constant) })),
    ...graph.inputs.map((value) => ({ field: 11, message: valueMessage(value) })),
    ...graph.outputs.map((value) => ({ field: 12, message: valueMessage(value) })),
  ]);

const nodeMessage = (node: OnnxNode, index: number): ProtobufMessage =>
  protobuf([
    ...node.inputs.map((text) => ({ field: 1, text })),
    ...node.outputs.map((text) => ({ field: 2, text })),
    { field: 3, text: `${node.operator}_${index}` },
    { field: 4, text: node.operator },
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => ({
      field: 5,
      message: attributeMessage(name, value),
    })),
  ]);

type Attribute = NonNullable<OnnxNode["attributes"]>[string];

/** AttributeProto: 3 i, 4 s, 8 ints, 9 strings; 20 says which. */
function attributeMessage(name: string, value: Attribute): ProtobufMessage {
  const named = { field: 1, text: name };
  if (typeof value === "number") {
    return protobuf([named, { field: 3, integer: value }, { field: 20, integer: 2 }]);
  }
  if (typeof value === "string") {
    return protobuf([named, { field: 4, text: value }, { field: 20, integer: 3 }]);
  }
  const areTexts = value.some((each) => typeof each === "string");
  return protobuf([
    named,
    ...value.map((each) =>
      typeof each === "string" ? { field: 9, text: each } : { field: 8, integer: each },
    ),
    { field: 20, integer: areTexts ? 8 : 7 },
  ]);
}

function tensorMessage({ name, shape, data }: OnnxConstant): ProtobufMessage {
  const type: OnnxType =
    data instanceof Float32Array ? "float" : data instanceof Float64Array ? "double" : "int64";
  return protobuf([
    ...shape.map((integer) => ({ field: 1, integer })),
    { field: 2, integer: onnxType[type] },
    { field: 8, text: name },
    { field: 9, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  ]);
}

const valueMessage = ({ name, type, shape }: OnnxValue): ProtobufMessage => {
  const sizes = shape.map((size) => ({
    field: 1,
    message: protobuf([
      typeof size === "string" ? { field: 2, text: size } : { field: 1, integer: size },
    ]),
  }));
  const tensor = protobuf([
    { field: 1, integer: onnxType[type] },
    { field: 2, message: protobuf(sizes) },
  ]);
  return protobuf([
    { field: 1, text: name },
    { field: 2, message: protobuf([{ field: 1, message: tensor }]) },
  ]);
};
