/** The call stack of a step: its layers, both directions, the one that was computed last on top. */
import type { Direction, LayerDescription, Trace } from "../../trace/trace.ts";
import { isActive } from "../../trace/activeSteps.ts";
import { insideOf, stepOf, type Position } from "./position.ts";
import { subStepsOf, type SubStep } from "./subSteps.ts";

export interface Frame {
  readonly layer: number;
  readonly direction: Direction;
  /** `layer 1 · reverse · LSTM, 64 units`. */
  readonly title: string;
}

const cellNames = { rnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;

export function frameOf(
  { layers }: { readonly layers: readonly LayerDescription[] },
  layer: number,
  direction: Direction,
): Frame {
  const { cell, hidden, directions } = layers[layer];
  const way = directions.length > 1 ? ` · ${direction}` : "";
  return {
    layer,
    direction,
    title: `layer ${layer}${way} · ${cellNames[cell]}, ${hidden} units`,
  };
}

/**
 * Of a whole step all layers that are at work in it, the last one on top. Inside a cell only those that the step has come to: what is not
 * computed yet is not on the stack.
 */
export function stackAt(trace: Trace, position: Position): readonly Frame[] {
  const t = lookedAt(trace, position);
  const all = trace.model.layers
    .flatMap(({ directions }, layer) =>
      isActive(trace, layer, t)
        ? directions.map((direction) => frameOf(trace.model, layer, direction))
        : [],
    )
    // Of the two directions the forward one comes first: it is the one that most names are about.
    .toSorted((a, b) => b.layer - a.layer);
  const subStep = subStepAt(trace, position);
  if (!subStep?.cell || !("t" in position)) return all;
  const reached = subStepsOf(trace, position.phase, position.t)
    .slice(0, position.inside)
    .flatMap(({ cell }) => (cell ? [cell] : []))
    .toReversed();
  const keys = [...new Set(reached.map(({ layer, direction }) => `${layer} ${direction}`))];
  return keys.flatMap((key) =>
    all.filter(({ layer, direction }) => `${layer} ${direction}` === key),
  );
}

/** The sub-step that has just been computed, or undefined for a whole step. */
export function subStepAt(trace: Trace, position: Position): SubStep | undefined {
  if (!("t" in position) || position.inside === 0) return undefined;
  return subStepsOf(trace, position.phase, position.t)[position.inside - 1];
}

/** The step that one looks at, wherever the session stands: between the passes the one that was left last. */
export function lookedAt(trace: Trace, position: Position): number {
  const t = stepOf(position);
  if (t !== undefined) return t;
  const hasReturned = position.phase === "end" && hasBackward(trace);
  return hasReturned ? 0 : trace.steps - 1;
}

/** A loss was taken, and followed back. */
export const hasBackward = ({ tensors }: Trace): boolean => tensors.has("grad.output");

/**
 * Whether a tensor has been computed at the step and sub-step at which the session stands. Only what this very step
 * computes in sub-steps still to come is not.
 */
export function computedAt(trace: Trace, position: Position): (tensor: string) => boolean {
  if (!("t" in position) || insideOf(position) === 0) return () => true;
  const pending = new Set(
    subStepsOf(trace, position.phase, position.t)
      .slice(position.inside)
      .map(({ tensor }) => tensor),
  );
  return (tensor) => !pending.has(tensor);
}
