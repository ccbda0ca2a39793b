/** One step of a trace as the unrolled timeline draws it. */
import type { Direction } from "../trace/trace.ts";

export interface TimelineColumn {
  readonly t: number;
  /** The token, or the row's name (a date), as text. */
  readonly input: string;
  /** For dense input: named values in the data's own units. */
  readonly inputValues?: readonly { readonly name: string; readonly value: number }[];
  readonly cells: readonly CellSummary[];
  /** Most probable classes first. */
  readonly predictions?: readonly { readonly label: string; readonly probability: number }[];
  readonly targetLabel?: string;
  /** The label that begins here on the likeliest path, where labels have no places. */
  readonly begins?: string;
  /** For forecasts: values in the data's own units. */
  readonly forecast?: readonly {
    readonly name: string;
    readonly predicted: number;
    readonly truth?: number;
    /** σ of a Gaussian forecast. */
    readonly deviation?: number;
  }[];
  readonly loss?: number;
  /** How much this step looks at each step of the source; they sum to 1. */
  readonly attention?: readonly number[];
  /** L2 norm of dL/dx_t. */
  readonly inputGradientNorm?: number;
  /** In a counterfactual trace: what the original has here. */
  readonly original?: OriginalColumn;
}

/** One layer's cell at one step, summarised for the unrolled timeline. */
export interface CellSummary {
  readonly layer: number;
  readonly direction: Direction;
  /** Mean activation and saturated share per gate, in the cell's own order. */
  readonly gates: readonly {
    readonly part: string;
    readonly mean: number;
    readonly saturated: number;
  }[];
  /** L2 norms. */
  readonly hNorm: number;
  readonly cNorm?: number;
  /** L2 norms of dL/dh_t and dL/dc_t, total; absent when no loss was taken. */
  readonly hGradientNorm?: number;
  readonly cGradientNorm?: number;
  /** The two parts of dL/dh_t: through the layer above at this step, and through the next step. */
  readonly hGradientFromAboveNorm?: number;
  readonly hGradientFromFutureNorm?: number;
  /** What of dL/dc_t comes through the next step's cell state. */
  readonly cGradientFromFutureNorm?: number;
}

export interface OriginalColumn {
  readonly loss?: number;
  readonly predictions?: TimelineColumn["predictions"];
  readonly forecast?: TimelineColumn["forecast"];
  /** Of each cell, in the order of `cells`: L2 norm of the change of h. */
  readonly hChangeNorms: readonly number[];
}
