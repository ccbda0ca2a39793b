/** A network made ready to be written: every parameter is there, and nothing is in it that no other framework has. */
import { UserError } from "../../config/problem.ts";
import type { Direction, LayerDescription, Real } from "../../trace/trace.ts";
import type { ModelNetwork } from "../modelContents.ts";

/** Gates in our order, i f g o and r z n; biases are zeros where there are none. */
export interface CellToWrite {
  /** (G·H,I) */
  readonly weightIh: Real;
  /** (G·H,H) */
  readonly weightHh: Real;
  /** (G·H) */
  readonly biasIh: Real;
  readonly biasHh: Real;
}

export const blockCounts = { rnn: 1, gru: 3, lstm: 4 } as const;

/** What another framework's recurrent layer can be told; whatever else a layer says makes it another layer. */
const expressible: ReadonlySet<string> = new Set([
  "cell",
  "hidden",
  "inputSize",
  "directions",
  "nonlinearity",
  "reset",
  // Both act in training alone.
  "dropout",
  "variational",
  "residual",
] satisfies readonly (keyof LayerDescription)[]);

/** Throws `UserError` for what `format` cannot say. */
export function requireExpressible(network: ModelNetwork, format: string): void {
  const { layers, initialStates, untraceable } = network;
  if (untraceable !== undefined) {
    throw new UserError("model", `${format} would compute something else: ${untraceable}`, {
      advice: "Save the model as .safetensors or .pt, which keep its weights alone.",
    });
  }
  for (const [index, layer] of layers.entries()) {
    const odd = Object.entries(layer).find(
      ([key, value]) => !expressible.has(key) && value !== undefined && value !== false,
    );
    if (odd) {
      throw new UserError("model", `${format} has no recurrent layer with "${odd[0]}".`, {
        advice: `Layer ${index} has it. Save the model as .safetensors, which keeps all of its weights.`,
      });
    }
  }
  if (initialStates && initialStates.size > 0) {
    throw new UserError("model", "This model starts from states of its own, not from zero.", {
      advice: "Save it as .safetensors.",
    });
  }
}

export function parameterData({ parameters }: ModelNetwork, name: string): Real | undefined {
  return parameters.find((parameter) => parameter.name === name)?.data;
}

/** The cell's weights, with zeros for biases that are not there. */
export function cellToWrite(
  network: ModelNetwork,
  layer: number,
  direction: Direction,
): CellToWrite {
  const { cell, hidden } = network.layers[layer];
  const suffix = direction === "forward" ? `_l${layer}` : `_l${layer}_reverse`;
  const matrix = (name: string): Real => {
    const found = parameterData(network, name + suffix);
    if (!found) throw new Error(`The network has no ${name}${suffix}.`);
    return found;
  };
  const bias = (name: string): Real =>
    parameterData(network, name + suffix) ?? new Float32Array(blockCounts[cell] * hidden);
  return {
    weightIh: matrix("weight_ih"),
    weightHh: matrix("weight_hh"),
    biasIh: bias("bias_ih"),
    biasHh: bias("bias_hh"),
  };
}

export const widthOf = ({ hidden, directions }: LayerDescription): number =>
  hidden * directions.length;

/** True for input that is one number per token of a vocabulary. */
export const isOneHot = ({ input }: ModelNetwork): boolean =>
  input.kind === "tokens" && input.embedding === undefined;
