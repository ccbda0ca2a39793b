/**
 * ONNX's RNN, LSTM and GRU in our terms. The one place that knows ONNX's conventions
 * (https://onnx.ai/onnx/operators/onnx__LSTM.html and its kin):
 *   W (D,G·H,I)   R (D,G·H,H)   B (D,2·G·H): b_W, then b_R   P (D,3·H): peepholes i,o,f
 * Gates: LSTM i,o,f,c — ours i,f,g,o.  GRU z,r,h — ours r,z,n; the reset gate acts before the recurrent product unless
 * linear_before_reset. D are the directions: forward, then reverse.
 */
import { UserError } from "../../config/problem.ts";
import { isWhole, realsOf, wholeNumbersOf, type FileTensor } from "../../formats/fileTensor.ts";
import type { GraphNode } from "../../formats/onnx/onnxFile.ts";
import type { Cell, Direction, LayerDescription, Real } from "../../trace/trace.ts";
import type { Constants } from "./foldConstants.ts";
import { readNodeFunctions } from "./nodeFunctions.ts";
import { titleOf } from "./onnxGraph.ts";
import { reorderBlocks } from "../reorderBlocks.ts";
import { requireReal } from "../stateDict.ts";

export interface RecurrentNode {
  readonly layer: LayerDescription;
  /** By our names without a layer's number: `weight_ih`, `weight_ih_reverse`. */
  readonly parameters: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly data: Real }
  >;
  /** (H) by state and direction: `forward.h`. */
  readonly initialStates: ReadonlyMap<string, Real>;
  /** (B) steps of each sequence, where they are constant. */
  readonly lengths?: readonly number[];
  readonly notes: readonly string[];
  readonly untraceable?: string;
  /** X and Y are (B,T,·). */
  readonly batchFirst: boolean;
}

const cells: Readonly<Record<string, Cell>> = { RNN: "rnn", LSTM: "lstm", GRU: "gru" };
/** ONNX's block for each of ours. */
const gateOrder: Readonly<Record<Cell, readonly number[]>> = {
  rnn: [0],
  lstm: [0, 2, 3, 1],
  gru: [1, 0, 2],
};
/** ONNX's peepholes i,o,f for our i,f,o. */
const peepholeOrder = [0, 2, 1];

export const isRecurrent = ({ operator }: GraphNode): boolean => Object.hasOwn(cells, operator);

/** Throws `UserError` for a node whose weights are not constant, or do not fit each other. */
export function readRecurrentNode(node: GraphNode, constants: Constants): RecurrentNode {
  const { attributes } = node;
  const cell = cells[node.operator];
  const gates = gateOrder[cell].length;
  const [weight, recurrent] = [1, 2].map((index) => constantInput(node, index, constants));
  const [ways, rows, inputSize] = weight.shape;
  const hidden = rows / gates;
  const wantedWays = directionsOf(node);
  if (
    weight.shape.length !== 3 ||
    !Number.isInteger(hidden) ||
    hidden < 1 ||
    ways !== wantedWays.length ||
    recurrent.shape.join() !== [ways, rows, hidden].join()
  ) {
    throw new UserError(
      "model",
      `The weights of ${titleOf(node)} do not fit each other: W (${weight.shape.join(",")}), R (${recurrent.shape.join(",")}).`,
    );
  }
  const bias = optionalInput(node, 3, constants, [ways, 2 * rows]);
  const peepholes = optionalInput(node, 7, constants, [ways, 3 * hidden]);
  const parameters = new Map<string, { shape: readonly number[]; data: Real }>();
  const order = gateOrder[cell];
  for (const [way, direction] of wantedWays.entries()) {
    const suffix = direction === "reverse" ? "_reverse" : "";
    const put = (name: string, data: Real, shape: readonly number[]) =>
      parameters.set(name + suffix, { shape, data });
    put("weight_ih", reorderBlocks(part(weight, way, ways), order), [rows, inputSize]);
    put("weight_hh", reorderBlocks(part(recurrent, way, ways), order), [rows, hidden]);
    if (bias) {
      put("bias_ih", reorderBlocks(part(bias, 2 * way, 2 * ways), order), [rows]);
      put("bias_hh", reorderBlocks(part(bias, 2 * way + 1, 2 * ways), order), [rows]);
    }
    if (peepholes)
      put("peephole", reorderBlocks(part(peepholes, way, ways), peepholeOrder), [3, hidden]);
  }
  const { nonlinearity, functions, untraceable } = readNodeFunctions(
    node,
    cell,
    ways,
    peepholes !== undefined,
  );
  const initial = readInitialStates(node, constants, wantedWays, hidden);
  const told = constants.tensor(node.inputs[4]);
  const lengths = told && isWhole(told) ? [...wholeNumbersOf(told)] : undefined;
  const linearBeforeReset = attributes.get("linear_before_reset")?.integer === 1;
  return {
    layer: {
      cell,
      hidden,
      inputSize,
      directions: wantedWays,
      ...(cell === "rnn" && { nonlinearity }),
      ...(cell === "gru" && {
        reset: linearBeforeReset ? ("after" as const) : ("before" as const),
      }),
      ...(peepholes && { peepholes: true }),
      ...(functions && { functions }),
    },
    parameters,
    initialStates: initial.states,
    ...(lengths && { lengths }),
    notes: [
      ...initial.notes,
      ...(node.inputs[4] && !lengths
        ? [
            `${titleOf(node)} is fed the sequences' lengths ("${node.inputs[4]}"); a trace reads each to its end unless it is given them.`,
          ]
        : []),
    ],
    ...(untraceable !== undefined && { untraceable: `${titleOf(node)} ${untraceable}` }),
    batchFirst: attributes.get("layout")?.integer === 1,
  };
}

function directionsOf(node: GraphNode): readonly Direction[] {
  const direction = node.attributes.get("direction")?.text || "forward";
  if (direction === "bidirectional") return ["forward", "reverse"];
  if (direction === "forward" || direction === "reverse") return [direction];
  throw new UserError("model", `${titleOf(node)} has the direction "${direction}".`);
}

function constantInput(node: GraphNode, index: number, constants: Constants): FileTensor {
  const tensor = constants.tensor(node.inputs[index]);
  if (!tensor) {
    throw new UserError(
      "model",
      `The weights "${node.inputs[index] ?? ""}" of ${titleOf(node)} are computed while it runs, so that they are not in the file.`,
      {
        advice:
          "Export the model in evaluation mode, without weight normalization or quantization.",
      },
    );
  }
  requireReal(node.inputs[index], tensor);
  return tensor;
}

function optionalInput(
  node: GraphNode,
  index: number,
  constants: Constants,
  shape: readonly number[],
): FileTensor | undefined {
  if (!node.inputs[index]) return undefined;
  const tensor = constantInput(node, index, constants);
  if (tensor.shape.join() === shape.join()) return tensor;
  throw new UserError(
    "model",
    `"${node.inputs[index]}" of ${titleOf(node)} has the shape (${tensor.shape.join(",")}) instead of (${shape.join(",")}).`,
  );
}

/** Part `index` of `count` equal ones along the first axes. */
function part(tensor: FileTensor, index: number, count: number): Real {
  const values = realsOf(tensor);
  const length = values.length / count;
  return values.subarray(index * length, (index + 1) * length);
}

function readInitialStates(
  node: GraphNode,
  constants: Constants,
  directions: readonly Direction[],
  hidden: number,
): { readonly states: ReadonlyMap<string, Real>; readonly notes: readonly string[] } {
  const states = new Map<string, Real>();
  const notes: string[] = [];
  // One state for all sequences of a batch.
  const isBatchFirst = node.attributes.get("layout")?.integer === 1;
  const shapes = [
    [directions.length, 1, hidden].join(),
    ...(isBatchFirst ? [[1, directions.length, hidden].join()] : []),
  ];
  for (const [state, index] of [["h", 5] as const, ["c", 6] as const]) {
    const name = node.inputs[index];
    if (!name || constants.everywhere(name) === 0) continue;
    const tensor = constants.tensor(name);
    if (tensor?.type.startsWith("float") && shapes.includes(tensor.shape.join())) {
      for (const [way, direction] of directions.entries()) {
        states.set(`${direction}.${state}`, part(tensor, way, directions.length));
      }
    } else {
      notes.push(
        `The initial ${state} of ${titleOf(node)} is fed ("${name}"); a trace begins at zero.`,
      );
    }
  }
  return { states, notes };
}
