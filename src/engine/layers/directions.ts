/**
 * The two ways through time. In buffers of ((T+1)·B,H) the state before the first step of the forward direction comes first, and that of the
 * reverse direction last, so that either way both states of a step are in neighbouring rows.
 */
import type { Direction } from "../../trace/trace.ts";

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
