/**
 * A recurrent layer as a node of an ONNX graph. Gate orders become ONNX's here and nowhere else: i,o,f,c for the LSTM, i,o,f
 * for its peepholes, and z,r,h for the GRU. https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import type { Cell, Direction, LayerDescription, Real } from "../../../trace/trace.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import { blockCounts, cellToWrite, outputWidth } from "../networkToWrite.ts";
import type { GraphToWrite } from "./graphToWrite.ts";

/** Block of ours that stands at each place of ONNX's. */
const onnxOrder: Readonly<Record<Cell, readonly number[]>> = {
  rnn: [0],
  lstm: [0, 3, 1, 2],
  gru: [1, 0, 2],
};

/** Of peepholes, i,f,o with us. */
const onnxPeepholes = [0, 2, 1];

const operators = { rnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;

/**
 * Gives the name of what the layer hands on; `firstStates` are those of (D,B,H) that h, and c, begin with; with `endsOnly`
 * it is the state after the last step, of each direction at its own. */
export function addLayer(
  graph: GraphToWrite,
  network: ModelNetwork,
  index: number,
  input: string,
  {
    firstStates = [],
    endsOnly,
  }: { readonly firstStates?: readonly string[]; readonly endsOnly: boolean },
): string {
  const layer = network.layers[index];
  const { cell, hidden, inputSize, directions, nonlinearity, reset, residual, peepholes } = layer;
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
  );
  if (peepholes) {
    const seen = cells.map((each) =>
      inOrder(Float32Array.from(each.peepholes ?? []), onnxPeepholes),
    );
    graph.constants.push({ name: name("P"), shape: [count, 3 * hidden], data: joined(seen) });
  }
  const [h0 = "", c0 = ""] = firstStates;
  // In the operator's order: sequence_lens, initial_h, initial_c, P. Those at the end may be left out.
  const optionalInputs = peepholes
    ? ["", h0, c0, name("P")]
    : h0 === ""
      ? []
      : ["", ...firstStates];
  graph.nodes.push({
    operator: operators[cell],
    inputs: [input, name("W"), name("R"), name("B"), ...optionalInputs],
    outputs: endsOnly ? ["", name("Y_h")] : [name("Y")],
    attributes: {
      hidden_size: hidden,
      direction: count === 2 ? "bidirectional" : directions[0],
      ...(cell === "rnn" && {
        activations: directions.map(() => (nonlinearity === "relu" ? "Relu" : "Tanh")),
      }),
      ...(cell === "gru" && { linear_before_reset: reset === "before" ? 0 : 1 }),
    },
  });
  const h = directionsSideBySide(graph, layer, name, endsOnly);
  if (!residual) return h;
  graph.nodes.push({ operator: "Add", inputs: [h, input], outputs: [name("sum")] });
  return name("sum");
}

/** Y (T,D,B,H) becomes (T,B,D·H), as PyTorch hands it on; Y_h (D,B,H) becomes (B,D·H). */
function directionsSideBySide(
  { nodes, constants }: GraphToWrite,
  layer: LayerDescription,
  name: (part: string) => string,
  endsOnly: boolean,
): string {
  const width = BigInt(outputWidth(layer));
  const shape = endsOnly ? [0n, width] : [0n, 0n, width];
  constants.push({ name: name("shape"), shape: [shape.length], data: BigInt64Array.from(shape) });
  nodes.push(
    {
      operator: "Transpose",
      inputs: [name(endsOnly ? "Y_h" : "Y")],
      outputs: [name("by_batch")],
      attributes: { perm: endsOnly ? [1, 0, 2] : [0, 2, 1, 3] },
    },
    { operator: "Reshape", inputs: [name("by_batch"), name("shape")], outputs: [name("h")] },
  );
  return name("h");
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
