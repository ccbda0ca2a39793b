/**
 * What the extension asks of the adapter beyond the Debug Adapter Protocol, with `session.customRequest`, and what it is
 * told. Declared here once for both sides; the adapter checks what arrives all the same.
 */
import type { Direction } from "../trace/trace.ts";
import type { StepPlace } from "./debuggee.ts";

/** A panel moved the shared cursor; the session moves along and stops there. */
export interface MoveCursorArguments {
  readonly t: number;
}

/** Holds a unit at zero from the current step on. Either a variable of the Variables view, or the unit itself. */
export type AblateArguments =
  | { readonly variablesReference: number; readonly name: string }
  | { readonly layer: number; readonly direction: Direction; readonly unit: number };

/** Which tensor a variable is, for *Open in Gates*. */
export interface TensorOfVariableArguments {
  readonly variablesReference: number;
  readonly name: string;
}

export interface TensorOfVariableResponse {
  /** As in the trace; absent for what is no tensor of the trace, such as a weight. */
  readonly tensor?: string;
  readonly layer?: number;
  readonly direction?: Direction;
  readonly unit?: number;
}

/** For decorations: what was read in a half-open range of steps, and how that went. */
export interface StepsArguments {
  readonly from: number;
  readonly to: number;
}

export interface StepSummary {
  readonly t: number;
  readonly place: StepPlace;
  readonly input: string;
  /** Absent where none was taken. */
  readonly loss?: number;
  /** What was predicted, for an inline value: `"e" 0.61` or `temp_max 12.3`. */
  readonly prediction?: string;
  /** What should have been, where that is known. */
  readonly target?: string;
}

export interface StepsResponse {
  /** T, of the whole sequence. */
  readonly total: number;
  readonly steps: readonly StepSummary[];
}

/** The event `unroll/position`, sent with every stop. */
export interface PositionEvent {
  readonly phase: "forward" | "loss" | "backward" | "end";
  readonly traceId: string;
  readonly t: number;
  readonly layer: number;
  readonly direction: Direction;
  /** In words, for a status bar: `step 12 · forget gate of layer 0`. */
  readonly title: string;
  /** Edits that the program has; 0 for the original. */
  readonly edits: number;
}

export interface CustomRequests {
  readonly "unroll/moveCursor": { readonly arguments: MoveCursorArguments; readonly body: null };
  readonly "unroll/ablate": { readonly arguments: AblateArguments; readonly body: null };
  /** Takes back the last edit. */
  readonly "unroll/undo": { readonly arguments: null; readonly body: null };
  readonly "unroll/tensorOfVariable": {
    readonly arguments: TensorOfVariableArguments;
    readonly body: TensorOfVariableResponse;
  };
  readonly "unroll/steps": { readonly arguments: StepsArguments; readonly body: StepsResponse };
}
