/**
 * Where a session can stand. Time goes forward through the steps, through the loss, and back through the steps; every
 * step, either way, can be entered. The order is fixed, so that going back is arithmetic and exact.
 */
export type Position =
  | {
      readonly phase: "forward" | "backward";
      /** Step, 0..T−1. */
      readonly t: number;
      /** 0: the step as a whole, done. n: inside it, with its n-th sub-step just computed. */
      readonly inside: number;
    }
  /** After the last step, when every loss is known and no gradient yet. */
  | { readonly phase: "loss" }
  /** Nothing is left to do; one more step ends the session. */
  | { readonly phase: "end" };

export const samePosition = (a: Position, b: Position): boolean =>
  a.phase === b.phase && stepOf(a) === stepOf(b) && insideOf(a) === insideOf(b);

/** The step of a position, or undefined between the passes. */
export const stepOf = (position: Position): number | undefined =>
  "t" in position ? position.t : undefined;

export const insideOf = (position: Position): number =>
  "inside" in position ? position.inside : 0;
