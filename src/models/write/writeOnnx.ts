/**
 * A network as an ONNX graph: input (T,B,I), or tokens (T,B), to output (T,B,O), or (B,O) at the last step. Gate orders
 * become ONNX's here and nowhere else: i,o,f,c for the LSTM and z,r,h for the GRU.
 * Numbers are 32-bit floats: onnxruntime has no GRU in 64 bits. https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import { encodeOnnx, type OnnxConstant, type OnnxNode } from "../../formats/onnxWriter.ts";
import type { Cell, Direction, LayerDescription, Real } from "../../trace/trace.ts";
import type { ModelNetwork } from "../modelContents.ts";
import {
  blockCounts,
  cellToWrite,
  isOneHot,
  parameterData,
  requireExpressible,
  widthOf,
} from "./networkToWrite.ts";

/** Block of ours that stands at each place of ONNX's. */
const onnxOrder: Readonly<Record<Cell, readonly number[]>> = {
  rnn: [0],
  lstm: [0, 3, 1, 2],
  gru: [1, 0, 2],
};

interface Graph {
  readonly nodes: OnnxNode[];
  readonly constants: OnnxConstant[];
}

/** Throws `UserError` for a network that ONNX's operators cannot express. */
export function writeOnnx(network: ModelNetwork): Uint8Array<ArrayBuffer> {
  requireExpressible(network, "ONNX");
  const graph: Graph = { nodes: [], constants: [] };
  let value = addInput(graph, network);
  network.layers.forEach((layer, index) => {
    value = addLayer(graph, network, layer, index, value);
  });
  addOutput(graph, network, value);

  const { input, output } = network;
  const isTokens = input.kind === "tokens";
  return encodeOnnx({
    name: network.name === "" ? "recurrent" : network.name,
    nodes: graph.nodes,
    constants: graph.constants,
    inputs: [
      {
        name: "input",
        type: isTokens ? "int64" : "float",
        shape: isTokens ? ["T", "B"] : ["T", "B", input.size],
      },
    ],
    outputs: [
      {
        name: "output",
        type: "float",
        shape: output.at === "last-step" ? ["B", output.size] : ["T", "B", output.size],
      },
    ],
    metadata: {},
  });
}

function addInput(graph: Graph, network: ModelNetwork): string {
  const { input } = network;
  if (input.kind === "dense") return "input";
  if (isOneHot(network)) {
    graph.constants.push(
      { name: "vocabulary", shape: [], data: BigInt64Array.of(BigInt(input.vocabulary)) },
      { name: "off_on", shape: [2], data: Float32Array.from([0, 1]) },
    );
    const inputs = ["input", "vocabulary", "off_on"];
    graph.nodes.push({
      operator: "OneHot",
      inputs,
      outputs: ["one_hot"],
      attributes: { axis: -1 },
    });
    return "one_hot";
  }
  const weight = parameterData(network, "embedding.weight") ?? new Float32Array();
  const shape = [input.vocabulary, input.embedding ?? 0];
  graph.constants.push({ name: "embedding.weight", shape, data: Float32Array.from(weight) });
  const inputs = ["embedding.weight", "input"];
  graph.nodes.push({ operator: "Gather", inputs, outputs: ["embedded"], attributes: { axis: 0 } });
  return "embedded";
}

const operators = { rnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;

function addLayer(
  graph: Graph,
  network: ModelNetwork,
  layer: LayerDescription,
  index: number,
  input: string,
): string {
  const { cell, hidden, inputSize, directions, nonlinearity, reset, residual } = layer;
  const rows = blockCounts[cell] * hidden;
  const cells = directions.map((direction: Direction) => cellToWrite(network, index, direction));
  const reordered = (data: Real): Float32Array => inOrder(Float32Array.from(data), onnxOrder[cell]);
  const name = (part: string): string => `layer_${index}.${part}`;
  const count = directions.length;
  graph.constants.push(
    {
      name: name("W"),
      shape: [count, rows, inputSize],
      data: joined(cells.map(({ weightIh }) => reordered(weightIh))),
    },
    {
      name: name("R"),
      shape: [count, rows, hidden],
      data: joined(cells.map(({ weightHh }) => reordered(weightHh))),
    },
    {
      name: name("B"),
      shape: [count, 2 * rows],
      data: joined(cells.flatMap(({ biasIh, biasHh }) => [reordered(biasIh), reordered(biasHh)])),
    },
    // Y (T,D,B,H) becomes (T,B,D·H), as PyTorch hands it on.
    { name: name("shape"), shape: [3], data: BigInt64Array.of(0n, 0n, BigInt(widthOf(layer))) },
  );
  graph.nodes.push(
    {
      operator: operators[cell],
      inputs: [input, name("W"), name("R"), name("B")],
      outputs: [name("Y")],
      attributes: {
        hidden_size: hidden,
        direction: count === 2 ? "bidirectional" : directions[0],
        ...(cell === "rnn" && {
          activations: directions.map(() => (nonlinearity === "relu" ? "Relu" : "Tanh")),
        }),
        ...(cell === "gru" && { linear_before_reset: reset === "before" ? 0 : 1 }),
      },
    },
    {
      operator: "Transpose",
      inputs: [name("Y")],
      outputs: [name("by_batch")],
      attributes: { perm: [0, 2, 1, 3] },
    },
    { operator: "Reshape", inputs: [name("by_batch"), name("shape")], outputs: [name("h")] },
  );
  if (!residual) return name("h");
  graph.nodes.push({ operator: "Add", inputs: [name("h"), input], outputs: [name("sum")] });
  return name("sum");
}

function addOutput(graph: Graph, network: ModelNetwork, top: string): void {
  const { output, layers } = network;
  const width = widthOf(layers[layers.length - 1]);
  const last = output.at === "last-step" ? addLastStep(graph, layers[layers.length - 1], top) : top;
  const weight = parameterData(network, "output.weight");
  if (!weight) {
    graph.nodes.push({ operator: "Identity", inputs: [last], outputs: ["output"] });
    return;
  }
  graph.constants.push({
    name: "output.weight",
    shape: [width, output.size],
    data: transposed(Float32Array.from(weight), output.size, width),
  });
  const bias = parameterData(network, "output.bias");
  const product = bias ? "product" : "output";
  graph.nodes.push({ operator: "MatMul", inputs: [last, "output.weight"], outputs: [product] });
  if (!bias) return;
  graph.constants.push({
    name: "output.bias",
    shape: [output.size],
    data: Float32Array.from(bias),
  });
  graph.nodes.push({ operator: "Add", inputs: [product, "output.bias"], outputs: ["output"] });
}

/** (T,B,D·H) → (B,D·H): each direction at its own last step, which for the reverse one is step 0. */
function addLastStep(graph: Graph, { hidden, directions }: LayerDescription, top: string): string {
  const parts = directions.map((direction, index) => {
    const step = direction === "forward" ? -1n : 0n;
    const from = BigInt(index * hidden);
    const names = [
      `${direction}.from`,
      `${direction}.to`,
      `${direction}.axis`,
      `${direction}.step`,
    ];
    const numbers = [from, from + BigInt(hidden), 2n, step];
    names.forEach((name, at) => {
      const shape = at === 3 ? [] : [1];
      graph.constants.push({ name, shape, data: BigInt64Array.of(numbers[at]) });
    });
    const slice = `${direction}.states`;
    graph.nodes.push(
      { operator: "Slice", inputs: [top, ...names.slice(0, 3)], outputs: [slice] },
      {
        operator: "Gather",
        inputs: [slice, names[3]],
        outputs: [`${direction}.last`],
        attributes: { axis: 0 },
      },
    );
    return `${direction}.last`;
  });
  graph.nodes.push({
    operator: "Concat",
    inputs: parts,
    outputs: ["last"],
    attributes: { axis: -1 },
  });
  return "last";
}

/** Blocks of equal length, put into another order. */
function inOrder(data: Float32Array, order: readonly number[]): Float32Array {
  const block = data.length / order.length;
  const out = data.slice();
  order.forEach((from, to) => out.set(data.subarray(from * block, (from + 1) * block), to * block));
  return out;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** (rows,columns) → (columns,rows). */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = data.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = data[row * columns + column];
    }
  }
  return out;
}
