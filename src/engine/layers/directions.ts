/**
 * The two ways through time. A layer that reads in both hands on both states side by side: columns 0 … H − 1 are the
 * forward direction's, as torch.nn.LSTM(bidirectional=True) has it.
 *
 * In buffers of ((T+1)·B,H) the state before the first step of the forward direction comes first, and that of the
 * reverse direction last, so that either way both states of a step are in neighbouring rows.
 */
import type { Direction, Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { RecurrentLayer } from "./recurrentLayer.ts";

/** Row of the state before the step whose row is 0. */
export const firstBefore = (direction: Direction, batch: number): number =>
  direction === "forward" ? 0 : batch;

/** Row of the state after the step whose row is 0. */
export const firstAfter = (direction: Direction, batch: number): number =>
  direction === "forward" ? batch : 0;

/** Row of the states before the first step that the direction takes. */
export const initialRow = (direction: Direction, steps: number, batch: number): number =>
  direction === "forward" ? 0 : steps * batch;

/** Row of the states after the last step that the direction takes. */
export const finalRow = (direction: Direction, steps: number, batch: number): number =>
  direction === "forward" ? steps * batch : 0;

/** The `taken`-th step that the direction takes. */
export const stepAt = (direction: Direction, taken: number, steps: number): number =>
  direction === "forward" ? taken : steps - 1 - taken;

export interface JoinedStates {
  /** D·H */
  readonly width: number;
  /** (R,D·H): h after every step. */
  readonly value: Real;
  /** (R,D·H) */
  readonly gradient: Real;
}

/** Undefined for a single direction, whose states are read where they are. */
export function createJoinedStates(
  layers: readonly RecurrentLayer[],
  rows: number,
  kernels: Kernels,
): JoinedStates | undefined {
  if (layers.length === 1) return undefined;
  const width = layers.reduce((sum, { cell }) => sum + cell.hidden, 0);
  return {
    width,
    value: kernels.allocate(rows * width),
    gradient: kernels.allocate(rows * width),
  };
}

/** Writes `joined.value` from every direction's h. */
export function joinStates(
  joined: JoinedStates,
  layers: Iterable<RecurrentLayer>,
  rows: number,
  batch: number,
): void {
  let column = 0;
  for (const { cell, direction } of layers) {
    const from = firstAfter(direction, batch) * cell.hidden;
    copyRows(
      joined.value,
      column,
      joined.width,
      cell.states[0].value,
      from,
      cell.hidden,
      rows,
      cell.hidden,
    );
    column += cell.hidden;
  }
}

/** Writes dL/dh of every direction from `joined.gradient`. */
export function splitGradients(
  joined: JoinedStates,
  layers: Iterable<RecurrentLayer>,
  rows: number,
  batch: number,
): void {
  let column = 0;
  for (const { cell, direction } of layers) {
    const to = firstAfter(direction, batch) * cell.hidden;
    copyRows(
      cell.states[0].gradient,
      to,
      cell.hidden,
      joined.gradient,
      column,
      joined.width,
      rows,
      cell.hidden,
    );
    column += cell.hidden;
  }
}

function copyRows(
  to: Real,
  toOffset: number,
  toStride: number,
  from: Real,
  fromOffset: number,
  fromStride: number,
  rows: number,
  width: number,
) {
  for (let row = 0; row < rows; row++) {
    const target = toOffset + row * toStride;
    const source = fromOffset + row * fromStride;
    for (let k = 0; k < width; k++) to[target + k] = from[source + k];
  }
}
