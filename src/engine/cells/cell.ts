/**
 * What every recurrent cell is to the rest of the engine: buffers, and one step forward or backward on
 * some of their rows. A cell knows nothing of time; `bptt.ts` says which rows come before which.
 *
 * R = T·B rows of (T·B, ·) buffers belong to steps. States have (T+1)·B rows: the state before the first step
 * comes first, so that "all previous states" and "all next states" are both one matrix.
 */
import type { Parameter } from "../model.ts";
import type { Real } from "../../trace/trace.ts";

export interface CellWeights {
  /** (G·H,I) */
  readonly weightIh: Parameter;
  /** (G·H,H), or (G·H,P) where h is projected. */
  readonly weightHh: Parameter;
  /** (G·H) */
  readonly biasIh: Parameter;
  /** (G·H) */
  readonly biasHh: Parameter;
  /** (P,H): the LSTM's projection, PyTorch's `weight_hr`. */
  readonly projection?: Parameter;
  /** (3,H) in order i,f,o: what each gate of the LSTM sees of its own unit's cell state. */
  readonly peepholes?: Parameter;
  readonly norms?: NormWeights;
}

/** Gains of layer normalization; the biases of the products are the two of the cell. */
export interface NormWeights {
  /** (G·H) of W_ih x. */
  readonly input: Parameter;
  /** (G·H) of W_hh h₋. */
  readonly recurrent: Parameter;
  /** (H) each, for the LSTM's c. */
  readonly cell?: { readonly gain: Parameter; readonly bias: Parameter };
}

export interface CellCapacity {
  /** T·B, largest. */
  readonly rows: number;
  /** B, largest. */
  readonly batch: number;
}

export interface StateBuffers {
  readonly name: "h" | "c";
  /** H, or P for a projected h. */
  readonly width: number;
  /** ((T+1)·B,width) */
  readonly value: Real;
  /** ((T+1)·B,width): dL/d value, total once the backward step that reads the row has run. */
  readonly gradient: Real;
}

/** A gate as the trace shows it: activation after the nonlinearity, and dL/d that activation. */
export interface GateReading {
  readonly name: string;
  /** (R,H) */
  readonly value: Real;
  /** (R,H) */
  readonly gradient: Real;
}

/** Rows of one step of one sequence, as `forward` takes them. */
export interface AssignedStep {
  readonly row: number;
  readonly previous: number;
  readonly next: number;
}

export interface RecurrentCell {
  /** H: units, and numbers in each gate. */
  readonly hidden: number;
  /** G·H: rows of its weights. */
  readonly gateWidth: number;
  /** (R,G·H): `bias` + W_ih x before a step; after it, what the cell keeps there. */
  readonly gates: Real;
  /** (R,G·H): dL/d what `gates` held before the step. */
  readonly gateGradients: Real;
  /** (G·H): all that is added to W_ih x whatever h is; `prepare` computes it. */
  readonly bias: Real;
  /** h, then for the LSTM c. */
  readonly states: readonly StateBuffers[];

  /** Takes over the weights as they are now. */
  prepare(): void;
  forward(row: number, previous: number, next: number, rows: number): void;
  /**
   * Reads dL/d the next states, writes `gateGradients`, adds to dL/d the previous states. What depends on
   * weights alone is left to `accumulateGradients`.
   */
  backward(row: number, previous: number, next: number, rows: number): void;
  /**
   * Adds dL/d all weights but W_ih and b_ih, of `rows` rows of any number of steps at once. As in a step, row `row` + r read
   * the state in row `previous` + r and wrote that in row `next` + r.
   */
  accumulateGradients(row: number, previous: number, next: number, rows: number): void;
  /**
   * After a step of one sequence: sets an activation, or a state other than h, of one unit by hand, and computes what
   * follows from it in the same step. `sums` (G·H) is what `gates` held in the row before the step. Absent where
   * nothing but h can be set.
   */
  readonly assign?:
    | ((part: string, unit: number, value: number, step: AssignedStep, sums: Real) => void)
    | undefined;
  /** Copies the gates of all `rows` out; the states of row r are in rows `previous` + r and `next` + r. */
  readGates(previous: number, next: number, rows: number): readonly GateReading[];
}
