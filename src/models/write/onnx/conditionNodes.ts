/** A vector that conditions a whole sequence through the states that it begins with, as nodes of an ONNX graph. */
import type { Direction } from "../../../trace/trace.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import { isSilent, parameterData, stateWidths } from "../networkToWrite.ts";
import type { GraphToWrite } from "./graphToWrite.ts";
import { transposed } from "./headNodes.ts";

interface FirstStates {
  /** What the lowest layer reads: what it was fed, or zeros of that shape. */
  readonly input: string;
  /** Per layer, (D,B,H) of h and, for an LSTM, of c. */
  readonly states: readonly (readonly string[])[];
}

/** [h0, c0] = W v + b, v what `fed` (T,B,I) holds at step 0; see `engine/conditioning.ts`. */
export function addFirstStates(
  graph: GraphToWrite,
  network: ModelNetwork,
  fed: string,
): FirstStates {
  const { nodes, constants } = graph;
  const [{ inputSize }] = network.layers;
  const silent = isSilent(network);
  constants.push(
    ...(silent ? [{ name: "zero", shape: [], data: Float32Array.of(0) }] : []),
    { name: "first_step", shape: [], data: BigInt64Array.of(0n) },
    { name: "direction", shape: [1], data: BigInt64Array.of(0n) },
  );
  nodes.push(
    ...(silent ? [{ operator: "Mul", inputs: [fed, "zero"], outputs: ["nothing"] }] : []),
    {
      operator: "Gather",
      inputs: [fed, "first_step"],
      outputs: ["vector"],
      attributes: { axis: 0 },
    },
  );
  const states = network.layers.map((layer, index) => {
    const widths = stateWidths(layer);
    return widths.map((width, state) => {
      const from = widths.slice(0, state).reduce((sum, each) => sum + each, 0);
      const mapped = layer.directions.map((direction) =>
        addMap(graph, network, { index, direction, state, from, width, inputSize }),
      );
      const name = `layer_${index}.first_${state}`;
      nodes.push({
        operator: "Concat",
        inputs: mapped,
        outputs: [name],
        attributes: { axis: 0 },
      });
      return name;
    });
  });
  return { input: silent ? "nothing" : fed, states };
}

interface MapPlace {
  readonly index: number;
  readonly direction: Direction;
  /** 0 for h, 1 for c. */
  readonly state: number;
  /** Rows of the map that give this state. */
  readonly from: number;
  readonly width: number;
  readonly inputSize: number;
}

/** (1,B,H) of one state in one direction. */
function addMap(
  { nodes, constants }: GraphToWrite,
  network: ModelNetwork,
  { index, direction, state, from, width, inputSize }: MapPlace,
): string {
  const map = `condition.l${index}${direction === "reverse" ? "_reverse" : ""}`;
  const numbers = (part: string, size: number): Float32Array =>
    Float32Array.from(parameterData(network, `${map}.${part}`) ?? []).subarray(
      from * size,
      (from + width) * size,
    );
  const name = `${map}.${state}`;
  constants.push(
    {
      name: `${name}.weight`,
      shape: [inputSize, width],
      data: transposed(numbers("weight", inputSize), width, inputSize),
    },
    { name: `${name}.bias`, shape: [width], data: numbers("bias", 1) },
  );
  nodes.push(
    { operator: "MatMul", inputs: ["vector", `${name}.weight`], outputs: [`${name}.product`] },
    { operator: "Add", inputs: [`${name}.product`, `${name}.bias`], outputs: [`${name}.sum`] },
    { operator: "Unsqueeze", inputs: [`${name}.sum`, "direction"], outputs: [`${name}.state`] },
  );
  return `${name}.state`;
}
