/** The gradient-flow matrix as it arrives, and the cell of it that a step or a row stands for. Pure. */
import type { GradientFlow } from "../../src/protocol/instruments.ts";

export interface Flow {
  /** Ascending; only steps at which a loss is taken. */
  readonly lossSteps: Uint32Array;
  /** Ascending, first and last step among them. */
  readonly sourceSteps: Uint32Array;
  /** (lossSteps, sourceSteps) ‖∂L_t/∂h_k‖; NaN where nothing of h_k can reach L_t. */
  readonly values: Float32Array;
  /** 0 when nothing is finite and positive. */
  readonly largest: number;
  readonly nonFiniteCount: number;
  /** The steps that the layer computes; what is NaN outside of them is not broken, but absent. */
  readonly steps: readonly [from: number, to: number];
}

export function receivedFlow(
  answer: GradientFlow,
  steps: readonly [from: number, to: number] = [0, Infinity],
): Flow {
  const lossSteps = new Uint32Array(answer.lossSteps);
  const sourceSteps = new Uint32Array(answer.sourceSteps);
  const values = new Float32Array(answer.values);
  let largest = 0;
  let nonFiniteCount = 0;
  lossSteps.forEach((t, row) =>
    sourceSteps.forEach((k, column) => {
      const value = values[row * sourceSteps.length + column];
      if (Number.isFinite(value)) largest = Math.max(largest, value);
      else if (k <= t && k >= steps[0] && k < steps[1]) nonFiniteCount++;
    }),
  );
  return { lossSteps, sourceSteps, values, largest, nonFiniteCount, steps };
}

export const flowRow = (flow: Flow, row: number): Float32Array =>
  flow.values.subarray(row * flow.sourceSteps.length, (row + 1) * flow.sourceSteps.length);

/** Index of the listed step that is nearest to `t`; −1 of an empty list. */
export function nearestIndex(steps: Uint32Array, t: number): number {
  let best = -1;
  steps.forEach((step, index) => {
    if (best < 0 || Math.abs(step - t) < Math.abs(steps[best] - t)) best = index;
  });
  return best;
}

/** ‖∂L_t/∂h_k‖ of a row at the source nearest to `t`. */
export function flowAt(
  flow: Flow,
  row: number,
  t: number,
): { readonly lossStep: number; readonly sourceStep: number; readonly value: number } | undefined {
  const column = nearestIndex(flow.sourceSteps, t);
  if (column < 0 || row < 0 || row >= flow.lossSteps.length) return undefined;
  return {
    lossStep: flow.lossSteps[row],
    sourceStep: flow.sourceSteps[column],
    value: flow.values[row * flow.sourceSteps.length + column],
  };
}

export interface FlowSize {
  /** T */
  readonly steps: number;
  /** H */
  readonly hidden: number;
  /** Layers that a gradient comes through: the one that is asked about and those above it. */
  readonly layers: number;
}

/**
 * How many loss steps to ask for. Every row costs a backward pass of its own, and the other panels'
 * questions wait while the worker computes, so that longer sequences get fewer rows.
 */
export function affordableRows(size: FlowSize): number {
  const rows = Math.floor(budget / costOfRow(size));
  return Math.min(size.steps, 256, Math.max(fewestRows, rows));
}

/** Whether even the fewest rows take so long that the person should be asked first. */
export const isDear = (size: FlowSize): boolean =>
  Math.min(size.steps, fewestRows) * costOfRow(size) > 2 * budget;

/** Multiplications of an LSTM's backward pass through every step and layer. */
const costOfRow = ({ steps, hidden, layers }: FlowSize): number =>
  8 * steps * hidden * hidden * layers;

/** A second or two of plain typed-array arithmetic. */
const budget = 3e9;

/** Fewer would not show a diagonal. */
const fewestRows = 8;

/** Columns cost nothing to compute, only to send: more than a screen is wide are not seen. */
export const sourceColumns = (steps: number): number => Math.min(steps, 1024);
