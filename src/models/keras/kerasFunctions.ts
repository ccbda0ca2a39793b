/** What a Keras layer squashes with (keras/src/activations/activations.py), in our terms. */
import type { CellFunctions, Squash, SquashName } from "../../trace/cellFunctions.ts";
import type { Cell } from "../../trace/trace.ts";
import { activationOf, type KerasConfig } from "./kerasLayers.ts";

const plain: Readonly<Record<string, SquashName>> = {
  sigmoid: "sigmoid",
  tanh: "tanh",
  relu: "relu",
  linear: "linear",
  selu: "selu",
  exponential: "exponential",
  softsign: "softsign",
  softplus: "softplus",
};

interface LayerFunctions {
  /** Of a SimpleRNN. */
  readonly nonlinearity: "tanh" | "relu";
  /** Absent where they are the usual ones. */
  readonly functions?: CellFunctions;
  readonly untraceable?: string;
}

/** `version`: "3.15.0"; empty where the file does not say. */
export function readKerasFunctions(
  config: KerasConfig,
  cell: Cell,
  version: string,
): LayerFunctions {
  const activation = activationOf(config.activation ?? "tanh");
  const recurrent = activationOf(config.recurrent_activation ?? "sigmoid");
  const candidate = squashOf(activation, version);
  const gate = cell === "rnn" ? ({ name: "sigmoid" } as const) : squashOf(recurrent, version);
  const nonlinearity = activation === "relu" ? "relu" : "tanh";
  if (!candidate) return { nonlinearity, untraceable: `has the activation ${activation}.` };
  if (!gate) return { nonlinearity, untraceable: `has the recurrent activation ${recurrent}.` };
  const isUsual = candidate.name === "tanh" || (cell === "rnn" && candidate.name === "relu");
  if (isUsual && gate.name === "sigmoid") return { nonlinearity };
  return { nonlinearity, functions: { gate, candidate, output: candidate } };
}

/** Undefined for what the engine does not compute. */
function squashOf(name: string, version: string): Squash | undefined {
  if (name === "hard_sigmoid") {
    // Keras 3 took over another one than Keras 2 had: relu6(x + 3) / 6.
    const slope = version.startsWith("3") ? 1 / 6 : 0.2;
    return { name: "hard-sigmoid", alpha: slope, beta: 0.5 };
  }
  if (name === "elu") return { name: "elu", alpha: 1 };
  if (name === "leaky_relu") return { name: "leaky-relu", alpha: 0.2 };
  return Object.hasOwn(plain, name) ? { name: plain[name] } : undefined;
}
