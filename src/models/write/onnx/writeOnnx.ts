/**
 * A network as an ONNX graph: input (T,B,I), or tokens (T,B), to output (T,B,O), or (B,O) at the last step.
 * Numbers are 32-bit floats: onnxruntime has no GRU in 64 bits.
 */
import { encodeOnnx } from "../../../formats/onnxWriter.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import { isConditioned, isOneHot, parameterData, requireExpressible } from "../networkToWrite.ts";
import { addFirstStates } from "./conditionNodes.ts";
import type { GraphToWrite } from "./graphToWrite.ts";
import { addHead, readsEnds } from "./headNodes.ts";
import { addLayer } from "./recurrentNodes.ts";

/** Throws `UserError` for a network that ONNX's operators cannot express. */
export function writeOnnx(network: ModelNetwork): Uint8Array<ArrayBuffer> {
  requireExpressible(network, "ONNX");
  const graph: GraphToWrite = { nodes: [], constants: [] };
  const { input, output } = network;
  const fed = addInput(graph, network);
  const firstStates = isConditioned(network) ? addFirstStates(graph, network, fed) : undefined;
  let value = firstStates ? firstStates.input : fed;
  for (const index of network.layers.keys()) {
    value = addLayer(graph, network, index, value, {
      ...(firstStates && { firstStates: firstStates.states[index] }),
      endsOnly: index === network.layers.length - 1 && readsEnds(network),
    });
  }
  addHead(graph, network, value);

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

function addInput(graph: GraphToWrite, network: ModelNetwork): string {
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
