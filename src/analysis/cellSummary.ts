/** One layer's cell at one step in a few numbers, for the unrolled timeline. */
import { activationOf, isSaturatedHigh, isSaturatedLow } from "../trace/activation.ts";
import { gatesOf, gradientOf, layerTensor } from "../trace/names.ts";
import { stepNorms } from "../trace/norms.ts";
import { planeOf } from "../trace/plane.ts";
import { tensorOf, type Direction, type Trace } from "../trace/trace.ts";

export interface GateSummary {
  /** `i f g o` of an LSTM, `r z n` of a GRU. */
  readonly part: string;
  /** Mean activation over units. */
  readonly mean: number;
  /** Share of units that are saturated (see `saturationLimits`), 0..1. */
  readonly saturated: number;
}

/** Same shape as `CellSummary` of the worker's contract. */
export interface CellNumbers {
  readonly layer: number;
  readonly direction: Direction;
  readonly gates: readonly GateSummary[];
  readonly hNorm: number;
  readonly cNorm?: number;
  readonly hGradientNorm?: number;
  readonly cGradientNorm?: number;
}

/** The cells of every layer and direction at step `t` of a trace of one sequence, lowest layer first. */
export function cellsAt(trace: Trace, t: number): readonly CellNumbers[] {
  return trace.model.layers.flatMap(({ cell, directions }, layer) =>
    directions.map((direction) => {
      const name = (part: string): string => layerTensor(layer, direction, part);
      const norm = (tensor: string): number | undefined => normAt(trace, tensor, t);
      return {
        layer,
        direction,
        gates: gatesOf[cell].map((part) => gateAt(trace, name(part), part, t)),
        hNorm: stepNorms(tensorOf(trace, name("h")))[t],
        cNorm: norm(name("c")),
        hGradientNorm: norm(gradientOf(name("h"))),
        cGradientNorm: norm(gradientOf(name("c"))),
      };
    }),
  );
}

/** L2 norm over units at a step, or undefined when the trace has no such tensor. */
export function normAt(trace: Trace, tensor: string, t: number): number | undefined {
  const found = trace.tensors.get(tensor);
  return found && stepNorms(found)[t];
}

function gateAt(trace: Trace, tensor: string, part: string, t: number): GateSummary {
  const { units, data } = planeOf(tensorOf(trace, tensor));
  const activation = activationOf(tensor, trace.model);
  let sum = 0;
  let saturated = 0;
  for (let at = t * units; at < (t + 1) * units; at++) {
    sum += data[at];
    if (isSaturatedLow(data[at], activation) || isSaturatedHigh(data[at], activation)) saturated++;
  }
  return { part, mean: sum / units, saturated: saturated / units };
}
