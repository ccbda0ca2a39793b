/** One layer's cell at one step in a few numbers, for the unrolled timeline. */
import { activationOf, isSaturatedHigh, isSaturatedLow } from "../trace/activation.ts";
import { gatesOf, gradientFromAbove, gradientOf, layerTensor } from "../trace/names.ts";
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
  readonly hGradientFromAboveNorm?: number;
  readonly hGradientFromFutureNorm?: number;
  readonly cGradientFromFutureNorm?: number;
}

/** The cells of every layer and direction at step `t` of a trace of one sequence, lowest layer first. */
export function cellsAt(trace: Trace, t: number): readonly CellNumbers[] {
  return trace.model.layers.flatMap(({ cell, directions }, layer) => {
    if (!takesStep(trace, layer, t)) return [];
    return directions.map((direction) => {
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
        ...gradientParts(trace, layer, direction, t),
      };
    });
  });
}

/** In an encoder-decoder, the encoder's layers take the source's steps, and the decoder's those after them. */
const takesStep = ({ model, sourceSteps }: Trace, layer: number, t: number): boolean =>
  model.decoder === undefined ||
  sourceSteps === undefined ||
  layer >= model.decoder.firstLayer === t >= sourceSteps;

type GradientParts = Pick<
  CellNumbers,
  "hGradientFromAboveNorm" | "hGradientFromFutureNorm" | "cGradientFromFutureNorm"
>;

/** What of dL/dh_t and dL/dc_t comes from the layer above at step `t`, and what through the step after it. */
function gradientParts(
  trace: Trace,
  layer: number,
  direction: Direction,
  t: number,
): GradientParts {
  const aboveTensor = trace.tensors.get(gradientFromAbove(layer, direction));
  if (!aboveTensor) return {};
  const name = (part: string): string => layerTensor(layer, direction, part);
  const above = planeOf(aboveTensor);
  const total = planeOf(tensorOf(trace, gradientOf(name("h"))));
  const h = normOf(above.units, (unit) => {
    const at = t * above.units + unit;
    return total.data[at] - above.data[at];
  });
  const parts = {
    hGradientFromAboveNorm: stepNorms(aboveTensor)[t],
    hGradientFromFutureNorm: h,
  };
  if (trace.model.layers[layer].cell !== "lstm") return parts;
  // c of the step after reads this c through its forget gate alone.
  const after = direction === "forward" ? t + 1 : t - 1;
  if (after < 0 || after >= trace.steps) return { ...parts, cGradientFromFutureNorm: 0 };
  const { data: forget } = planeOf(tensorOf(trace, name("f")));
  const { data: dc } = planeOf(tensorOf(trace, gradientOf(name("c"))));
  const c = normOf(above.units, (unit) => {
    const at = after * above.units + unit;
    return dc[at] * forget[at];
  });
  return { ...parts, cGradientFromFutureNorm: c };
}

function normOf(units: number, valueOf: (unit: number) => number): number {
  let squares = 0;
  for (let unit = 0; unit < units; unit++) squares += valueOf(unit) ** 2;
  return Math.sqrt(squares);
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
