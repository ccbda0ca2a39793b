/** The way through a sequence: what comes after a position, what came before, and what a step into or out of it means. */
import { insideOf, samePosition, type Position } from "./position.ts";

/** How long each part of the way is. */
export interface CourseShape {
  /** T */
  readonly steps: number;
  /** A loss was taken, so that there is a way back. */
  readonly hasBackward: boolean;
  /** Sub-steps of a step, in the order in which they are computed. */
  readonly insideOf: (phase: "forward" | "backward", t: number) => number;
  /** The sub-step, counted from 1, with which a cell or the output begins that comes after sub-step `inside`; or undefined. */
  readonly afterCell: (
    phase: "forward" | "backward",
    t: number,
    inside: number,
  ) => number | undefined;
}

export interface Course {
  readonly first: Position;
  /** The next step; inside a step, the next sub-step. Undefined after the end. */
  next(position: Position): Position | undefined;
  /** Undefined at the beginning. */
  previous(position: Position): Position | undefined;
  /** Into the step; inside it, the next sub-step. */
  into(position: Position): Position | undefined;
  /** Out of the cell: to what is computed after it. Undefined for a whole step, which nothing encloses but the pass. */
  out(position: Position): Position | undefined;
  /** Where the pass that a position belongs to is over: the loss, or the end. */
  endOfPass(position: Position): Position;
}

const whole = (phase: "forward" | "backward", t: number): Position => ({ phase, t, inside: 0 });

export function createCourse(shape: CourseShape): Course {
  const { steps, hasBackward } = shape;
  const end: Position = { phase: "end" };
  const loss: Position = { phase: "loss" };
  const first = whole("forward", 0);
  const afterForward = hasBackward ? loss : end;

  function nextWhole(position: Position): Position | undefined {
    switch (position.phase) {
      case "forward":
        return position.t + 1 < steps ? whole("forward", position.t + 1) : afterForward;
      case "loss":
        return whole("backward", steps - 1);
      case "backward":
        return position.t > 0 ? whole("backward", position.t - 1) : end;
      case "end":
        return undefined;
    }
  }

  function previousWhole(position: Position): Position | undefined {
    switch (position.phase) {
      case "forward":
        return position.t > 0 ? whole("forward", position.t - 1) : undefined;
      case "loss":
        return whole("forward", steps - 1);
      case "backward":
        return position.t + 1 < steps ? whole("backward", position.t + 1) : loss;
      case "end":
        return hasBackward ? whole("backward", 0) : whole("forward", steps - 1);
    }
  }

  function inwards(position: Position): Position | undefined {
    if (!("t" in position)) return nextWhole(position);
    const { phase, t, inside } = position;
    return inside < shape.insideOf(phase, t)
      ? { phase, t, inside: inside + 1 }
      : nextWhole(position);
  }

  return {
    first,
    next: (position) => (insideOf(position) > 0 ? inwards(position) : nextWhole(position)),
    previous(position) {
      if (!("t" in position) || position.inside === 0) return previousWhole(position);
      return { ...position, inside: position.inside - 1 };
    },
    into: inwards,
    out(position) {
      if (!("t" in position) || position.inside === 0) return undefined;
      const { phase, t, inside } = position;
      const after = shape.afterCell(phase, t, inside);
      return after === undefined ? nextWhole(position) : { phase, t, inside: after };
    },
    endOfPass: (position) =>
      position.phase === "forward" && !samePosition(afterForward, end) ? loss : end,
  };
}
