/**
 * What an ONNX recurrent node squashes its sums with: `activations` with `activation_alpha` and `activation_beta`, `clip` and
 * `input_forget`. Alphas and betas are one list each for all functions, and only those that need one take from it.
 */
import type { GraphNode } from "../../formats/onnx/onnxFile.ts";
import type { CellFunctions, Squash, SquashName } from "../../trace/cellFunctions.ts";
import type { Cell } from "../../trace/trace.ts";

interface Known {
  readonly name: SquashName;
  /** What onnxruntime begins with; a function without them takes none. */
  readonly alpha?: number;
  readonly beta?: number;
}

/** By ONNX's names in small letters. */
const functionsByName: Readonly<Record<string, Known>> = {
  sigmoid: { name: "sigmoid" },
  tanh: { name: "tanh" },
  relu: { name: "relu" },
  softsign: { name: "softsign" },
  softplus: { name: "softplus" },
  affine: { name: "affine", alpha: 1, beta: 0 },
  scaledtanh: { name: "scaled-tanh", alpha: 1, beta: 1 },
  hardsigmoid: { name: "hard-sigmoid", alpha: 0.2, beta: 0.5 },
  leakyrelu: { name: "leaky-relu", alpha: 0.01 },
  thresholdedrelu: { name: "thresholded-relu", alpha: 1 },
  elu: { name: "elu", alpha: 1 },
};

/** Functions of one direction, in ONNX's order. */
const usual: Readonly<Record<Cell, readonly string[]>> = {
  rnn: ["Tanh"],
  lstm: ["Sigmoid", "Tanh", "Tanh"],
  gru: ["Sigmoid", "Tanh"],
};

export interface NodeFunctions {
  /** Of a plain RNN. */
  readonly nonlinearity: "tanh" | "relu";
  /** Absent where they are the usual ones. */
  readonly functions?: CellFunctions;
  readonly untraceable?: string;
}

export function readNodeFunctions(
  { attributes }: GraphNode,
  cell: Cell,
  ways: number,
  hasPeepholes: boolean,
): NodeFunctions {
  const names = attributes.get("activations")?.texts ?? [];
  const each = usual[cell].length;
  const written = names.length > 0 ? names : Array.from({ length: ways }, () => usual[cell]).flat();
  const alphas = [...(attributes.get("activation_alpha")?.floats ?? [])];
  const betas = [...(attributes.get("activation_beta")?.floats ?? [])];
  const squashes = written.map((name) => squashOf(name, alphas, betas));
  const unknown = written.filter((_, at) => squashes[at] === undefined);
  const found = squashes.filter((squash) => squash !== undefined);
  const list = written.join(", ");
  const plain = { nonlinearity: "tanh" as const };
  if (unknown.length > 0) {
    return { ...plain, untraceable: `has the activations ${list}; ${unknown[0]} is not known.` };
  }
  if (found.length !== ways * each) {
    return {
      ...plain,
      untraceable: `has ${found.length} activations (${list}) for ${ways * each}.`,
    };
  }
  const [first, second] = [found.slice(0, each), found.slice(each)];
  if (second.length > 0 && JSON.stringify(second) !== JSON.stringify(first)) {
    return { ...plain, untraceable: `has other activations forwards than backwards: ${list}.` };
  }
  const clip = attributes.get("clip")?.float ?? 0;
  const coupled = cell === "lstm" && attributes.get("input_forget")?.integer === 1;
  const isUsual = first.every(({ name }, at) => name === usual[cell][at].toLowerCase());
  const isReluRnn = cell === "rnn" && first[0].name === "relu";
  const nonlinearity = isReluRnn ? "relu" : "tanh";
  if ((isUsual || isReluRnn) && !(clip > 0) && !coupled) return { nonlinearity };
  if (hasPeepholes) {
    return {
      nonlinearity,
      untraceable: `has peepholes and ${clip > 0 ? `clips at ${clip}` : list}.`,
    };
  }
  const [gate, candidate, output] =
    cell === "rnn" ? [{ name: "sigmoid" } as const, first[0]] : first;
  return {
    nonlinearity,
    functions: {
      gate,
      candidate,
      output: output ?? { name: "tanh" },
      ...(clip > 0 && { clip }),
      ...(coupled && { coupled }),
    },
  };
}

/** Takes what the function needs from the front of the lists. */
function squashOf(written: string, alphas: number[], betas: number[]): Squash | undefined {
  const key = written.toLowerCase();
  if (!Object.hasOwn(functionsByName, key)) return undefined;
  const { name, alpha, beta } = functionsByName[key];
  return {
    name,
    ...(alpha !== undefined && { alpha: alphas.shift() ?? alpha }),
    ...(beta !== undefined && { beta: betas.shift() ?? beta }),
  };
}
