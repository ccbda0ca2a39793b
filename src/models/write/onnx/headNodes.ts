/** What lies over the recurrent layers of an ONNX graph: all steps, the last one or a mean of them, and a linear output. */
import type { LayerDescription } from "../../../trace/trace.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import { outputWidth, parameterData } from "../networkToWrite.ts";
import type { GraphToWrite } from "./graphToWrite.ts";

/** Whether the output reads the states after the last step, which the operators give as they are. */
export const readsEnds = ({ output, layers, pooling }: ModelNetwork): boolean =>
  output.at === "last-step" && !pooling && !layers[layers.length - 1].residual;

/** `top` is what the top layer hands on, at its end only where `readsEnds`. */
export function addHead(graph: GraphToWrite, network: ModelNetwork, top: string): void {
  const { output, layers, pooling } = network;
  const topLayer = layers[layers.length - 1];
  const width = outputWidth(topLayer);
  const last = pooling
    ? addPooling(graph, network, pooling.size, top)
    : output.at === "last-step" && !readsEnds(network)
      ? addLastStep(graph, topLayer, top)
      : top;
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

/** (T,B,K) → (B,K): Σ_t softmax_t(vᵀ tanh(W h_t + b)) h_t, as `engine/attention/attentionPooling.ts`. */
function addPooling(
  { nodes, constants }: GraphToWrite,
  network: ModelNetwork,
  size: number,
  top: string,
): string {
  const width = outputWidth(network.layers[network.layers.length - 1]);
  const data = (name: string): Float32Array =>
    Float32Array.from(parameterData(network, `attention.${name}`) ?? []);
  constants.push(
    {
      name: "attention.key.weight",
      shape: [width, size],
      data: transposed(data("key.weight"), size, width),
    },
    { name: "attention.key.bias", shape: [size], data: data("key.bias") },
    { name: "attention.score.weight", shape: [size, 1], data: data("score.weight") },
    { name: "attention.time", shape: [1], data: BigInt64Array.of(0n) },
  );
  nodes.push(
    { operator: "MatMul", inputs: [top, "attention.key.weight"], outputs: ["keys"] },
    { operator: "Add", inputs: ["keys", "attention.key.bias"], outputs: ["biased_keys"] },
    { operator: "Tanh", inputs: ["biased_keys"], outputs: ["squashed_keys"] },
    {
      operator: "MatMul",
      inputs: ["squashed_keys", "attention.score.weight"],
      outputs: ["scores"],
    },
    {
      operator: "Softmax",
      inputs: ["scores"],
      outputs: ["attention.weights"],
      attributes: { axis: 0 },
    },
    { operator: "Mul", inputs: ["attention.weights", top], outputs: ["weighted"] },
    {
      operator: "ReduceSum",
      inputs: ["weighted", "attention.time"],
      outputs: ["context"],
      attributes: { keepdims: 0 },
    },
  );
  return "context";
}

/** (T,B,D·H) → (B,D·H): each direction at its own last step, which for the reverse one is step 0. */
function addLastStep(
  graph: GraphToWrite,
  { hidden, directions }: LayerDescription,
  top: string,
): string {
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

/** (rows,columns) → (columns,rows). */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = data.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = data[row * columns + column];
    }
  }
  return out;
}
