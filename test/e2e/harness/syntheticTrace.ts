/**
 * Traces that look like trained networks without training one: units with their own rhythm and
 * memory, gates that saturate, gradients that fade at a chosen rate. The same numbers every time.
 */
import {
  attentionWeights,
  gatesOf,
  gradientOf,
  layerTensor,
  sigmoidGates,
  statesOf,
} from "../../../src/trace/names.ts";
import type { Cell, ModelDescription, Tensor, Trace } from "../../../src/trace/trace.ts";

export interface SyntheticNetwork {
  readonly cell: Cell;
  readonly layers: number;
  readonly hidden: number;
  readonly steps: number;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly output: "each-step" | "last-step";
  readonly tokens: boolean;
  /** Days as names of steps, and a forecast at each. */
  readonly isForecast?: boolean;
  /** The forecast has bands. */
  readonly knowsDeviation?: boolean;
  /** Labels without places are decoded from the outputs (CTC). */
  readonly hasLabels?: boolean;
  /** Factor by which a gradient changes with each step back. */
  readonly gradientFactor: number;
  /** An encoder that reads both ways, and a decoder that looks at it. */
  readonly pair?: { readonly source: string; readonly target: string };
  /** Puts NaN into the forget gate of layer 0 from this step on. */
  readonly nonFiniteFrom?: number;
}

/** A number in [0,1) that depends on its arguments alone. */
export function noise(...seeds: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const seed of seeds) {
    hash = Math.imul(hash ^ Math.round(seed), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

export function describeSynthetic(network: SyntheticNetwork): ModelDescription {
  const { cell, layers, hidden, inputSize, outputSize, output, tokens } = network;
  const rows = { rnn: 1, lstm: 4, gru: 3 }[cell] * hidden;
  const perLayer = (input: number): number => rows * (input + hidden + 2);
  if (network.pair) return describePair(network);
  return {
    input: tokens ? { kind: "tokens", vocabulary: inputSize } : { kind: "dense", size: inputSize },
    layers: Array.from({ length: layers }, (_, layer) => ({
      cell,
      hidden,
      inputSize: layer === 0 ? inputSize : hidden,
      directions: ["forward"],
    })),
    output: { size: outputSize, at: output },
    loss: network.hasLabels
      ? "ctc"
      : network.knowsDeviation
        ? "gaussian"
        : tokens
          ? "cross-entropy"
          : "mean-squared-error",
    parameterCount:
      perLayer(inputSize) + (layers - 1) * perLayer(hidden) + outputSize * (hidden + 1),
  };
}

function describePair({ cell, hidden, inputSize, outputSize }: SyntheticNetwork): ModelDescription {
  return {
    input: { kind: "tokens", vocabulary: inputSize, embedding: 16 },
    layers: [
      { cell, hidden, inputSize: 16, directions: ["forward", "reverse"] },
      { cell, hidden: 2 * hidden, inputSize: 16 + 2 * hidden, directions: ["forward"] },
    ],
    decoder: {
      firstLayer: 1,
      vocabulary: outputSize,
      embedding: 16,
      start: "map",
      attention: { score: "additive", size: 32 },
    },
    output: { size: outputSize, at: "each-step" },
    loss: "cross-entropy",
    parameterCount: 36_000,
  };
}

/** Where step `t` of the target finds its character, as a trained network does, and a little beside it. */
export function syntheticAttention(
  { source, target }: { source: string; target: string },
  t: number,
) {
  const wanted = source.indexOf(target[t] ?? "\0");
  const weights = Array.from(source, (_, s) => {
    const distance = wanted < 0 ? Math.abs(s - source.length + 1) / 2 : Math.abs(s - wanted);
    return Math.exp(-1.6 * distance) + 0.01 * noise(s, t, 91);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Tensors are computed when they are first read: a long trace has gigabytes of them. */
class LazyTensors extends Map<string, Tensor> {
  readonly #make = new Map<string, () => Tensor>();

  promise(name: string, make: () => Tensor): void {
    this.#make.set(name, make);
  }
  override get(name: string): Tensor | undefined {
    const make = this.#make.get(name);
    if (make && !super.has(name)) super.set(name, make());
    return super.get(name);
  }
  override has(name: string): boolean {
    return this.#make.has(name);
  }
  override keys(): MapIterator<string> {
    return this.#make.keys();
  }
}

export function syntheticTrace(network: SyntheticNetwork): Trace {
  const model = describeSynthetic(network);
  const tensors = new LazyTensors();
  const { cell, steps, pair } = network;
  const sourceSteps = pair?.source.length;
  for (const [layer, { hidden, directions }] of model.layers.entries()) {
    const takes = (t: number): boolean =>
      sourceSteps === undefined || t >= sourceSteps === layer > 0;
    const promise = (name: string, unitRow: (unit: number) => (t: number) => number): void =>
      tensors.promise(name, () => {
        const data = new Float32Array(steps * hidden);
        for (let unit = 0; unit < hidden; unit++) {
          const valueAt = unitRow(unit);
          for (let t = 0; t < steps; t++) if (takes(t)) data[t * hidden + unit] = valueAt(t);
        }
        return { name, axes: ["T", "B", "H"], shape: [steps, 1, hidden], data };
      });
    for (const [way, direction] of directions.entries()) {
      [...statesOf[cell], ...gatesOf[cell]].forEach((part, index) => {
        const name = layerTensor(layer, direction, part);
        const salt = layer * 16 + index + 100 * way;
        promise(name, (unit) => activationOfUnit(network, part, salt, unit));
        promise(gradientOf(name), (unit) => gradientOfUnit(network, salt, unit));
      });
    }
  }
  if (!pair || sourceSteps === undefined) return { version: 1, model, steps, batch: 1, tensors };
  tensors.promise(attentionWeights, () => {
    const rows = Array.from({ length: steps - sourceSteps }, (_, t) => syntheticAttention(pair, t));
    const shape = [rows.length, 1, sourceSteps];
    return {
      name: attentionWeights,
      axes: ["D", "B", "S"],
      shape,
      data: Float32Array.from(rows.flat()),
    };
  });
  return { version: 1, model, steps, sourceSteps, batch: 1, tensors };
}

function activationOfUnit(
  { nonFiniteFrom }: SyntheticNetwork,
  part: string,
  salt: number,
  unit: number,
): (t: number) => number {
  const breaksAt =
    part === "f" && salt < 16 && nonFiniteFrom !== undefined ? nonFiniteFrom + unit : Infinity;
  const own = (index: number): number => noise(unit, salt, index);
  const frequency = (2 * Math.PI) / (3 + 40 * own(1) ** 2);
  const phase = 2 * Math.PI * own(2);
  const bias = 2.2 * (own(3) - 0.45);
  const swing = 1.6 * own(4);
  const answer = 2 * (own(5) - 0.4);
  const delay = 3 * noise(salt);
  return (t) => {
    if (t >= breaksAt) return NaN;
    // Words and sentences: events that some units answer to.
    const event = noise(Math.floor((t + delay) / 5), 77) > 0.6 ? 1 : -0.3;
    const drive =
      bias +
      swing * Math.sin(frequency * t + phase) +
      answer * event +
      0.5 * (noise(t, unit, salt) - 0.5);
    if (sigmoidGates.has(part)) return 1 / (1 + Math.exp(-1.9 * drive));
    if (part === "c") return 1.6 * drive;
    return Math.tanh(part === "h" ? 0.6 * drive : drive);
  };
}

function gradientOfUnit(
  { steps, gradientFactor, output }: SyntheticNetwork,
  salt: number,
  unit: number,
): (t: number) => number {
  return (t) => {
    const distance = output === "last-step" ? steps - 1 - t : Math.min(steps - 1 - t, 6);
    const spread = noise(t, unit, salt, 8);
    const sign = (spread * 1024) % 1 < 0.5 ? -1 : 1;
    return sign * 0.08 * gradientFactor ** distance * 10 ** (1.6 * (spread - 0.7));
  };
}

/** ‖∂L_t/∂h_k‖ */
export function syntheticFlow(
  { gradientFactor, output, steps }: SyntheticNetwork,
  t: number,
  k: number,
): number {
  if (k > t) return NaN;
  if (output === "last-step" && t !== steps - 1) return NaN;
  const own = 0.4 + noise(t, 3);
  return own * gradientFactor ** (t - k) * 10 ** (0.5 * (noise(k, 5) - 0.5));
}
