/** Why a session stopped, in the protocol's own words where it has some. */
import type { Frame } from "./stepping/stack.ts";

export interface Stop {
  readonly reason:
    | "entry"
    | "step"
    | "pause"
    | "goto"
    | "breakpoint"
    | "data breakpoint"
    | "function breakpoint"
    | "exception";
  /** Shown in the call stack: `Saturated gate`. */
  readonly description?: string;
  readonly text?: string;
  readonly hitBreakpointIds?: readonly number[];
  readonly exception?: {
    readonly filter: string;
    readonly title: string;
    /** What held. */
    readonly condition: string;
    /** Where it holds. */
    readonly frame: Frame;
  };
}
