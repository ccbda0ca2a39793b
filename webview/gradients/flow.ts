/** The gradient-flow matrix as it arrives, and the cell of it that a step or a row stands for. Pure. */
import type { GradientFlow } from "../../src/protocol/contracts.ts";

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
}

export function receivedFlow(answer: GradientFlow): Flow {
  const lossSteps = new Uint32Array(answer.lossSteps);
  const sourceSteps = new Uint32Array(answer.sourceSteps);
  const values = new Float32Array(answer.values);
  let largest = 0;
  let nonFiniteCount = 0;
  lossSteps.forEach((t, row) =>
    sourceSteps.forEach((k, column) => {
      const value = values[row * sourceSteps.length + column];
      if (Number.isFinite(value)) largest = Math.max(largest, value);
      else if (k <= t) nonFiniteCount++;
    }),
  );
  return { lossSteps, sourceSteps, values, largest, nonFiniteCount };
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

/**
 * How many loss steps to ask for. Every row costs a backward pass of its own, about 8 T H²
 * multiplications, and nobody wants to wait long for a picture.
 */
export function affordableRows(steps: number, hidden: number): number {
  const perRow = 8 * steps * hidden * hidden;
  return Math.min(steps, 256, Math.max(8, Math.floor(budget / perRow)));
}

/** Multiplications: a few seconds of plain typed-array arithmetic. */
const budget = 4e9;

/** Columns cost nothing to compute, only to send: more than a screen is wide are not seen. */
export const sourceColumns = (steps: number): number => Math.min(steps, 1024);
