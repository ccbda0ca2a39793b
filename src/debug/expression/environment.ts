/** What names mean: a program, and the layer that an expression is about. */
import type { Direction } from "../../trace/trace.ts";
import type { Program } from "../debuggee.ts";

export interface Environment {
  readonly program: Program;
  /** Of names without a layer, such as `h`. */
  readonly layer: number;
  readonly direction: Direction;
  /** False for tensors that the sub-step at which the session stands has not reached; only asked for step `now`. */
  readonly isComputed?: (tensor: string) => boolean;
  /** The step at which the session stands. */
  readonly now?: number;
}
