/** Which tensors are squashed, and when a squashed unit counts as saturated. */
import type { SquashName } from "./cellFunctions.ts";
import { sigmoidGates } from "./names.ts";
import type { ModelDescription } from "./trace.ts";

/** `sigmoid` values lie in (0,1), `tanh` values in (−1,1); saturation has no meaning for the rest. */
export type Activation = "sigmoid" | "tanh" | "unbounded";

/**
 * Beyond these a unit is called saturated: its derivative has fallen below a fifth (sigmoid) or a
 * tenth (tanh) of its largest value. Karpathy et al. 2015 (arXiv:1506.02078) draw the line for gates
 * at 0.1 and 0.9; the stricter pair leaves out gates that merely lean on their bias.
 */
export const saturationLimits = {
  sigmoid: { low: 0.05, high: 0.95 },
  tanh: { low: -0.95, high: 0.95 },
} as const;

/** Of functions other than the usual ones. */
const boundsOf: Partial<Record<SquashName, Activation>> = {
  sigmoid: "sigmoid",
  "hard-sigmoid": "sigmoid",
  tanh: "tanh",
  softsign: "tanh",
};

const layerPart = /^layers\.(\d+)\.(?:forward|reverse)\.([a-z])$/;

/**
 * What squashes a tensor. The h of an LSTM or GRU is a product or a mixture of squashed values: it is
 * bounded, but nothing in it stops learning at ±1, so it counts as `unbounded`.
 */
export function activationOf(tensor: string, model: ModelDescription): Activation {
  const match = layerPart.exec(tensor);
  if (!match) return "unbounded";
  const layer = model.layers[Number(match[1])];
  const part = match[2];
  const isGate = sigmoidGates.has(part);
  const { gate, candidate } = layer?.functions ?? {};
  if (isGate && gate) return boundsOf[gate.name] ?? "unbounded";
  const isCandidate = part === "g" || part === "n" || layer?.cell === "rnn";
  if (isCandidate && candidate) return boundsOf[candidate.name] ?? "unbounded";
  if (isGate) return "sigmoid";
  if (part === "g" || part === "n") return "tanh";
  return part === "h" && layer?.cell === "rnn" && layer.nonlinearity !== "relu"
    ? "tanh"
    : "unbounded";
}

export const isSaturatedLow = (value: number, activation: Activation): boolean =>
  activation !== "unbounded" && value < saturationLimits[activation].low;

export const isSaturatedHigh = (value: number, activation: Activation): boolean =>
  activation !== "unbounded" && value > saturationLimits[activation].high;
