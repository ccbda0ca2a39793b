/** An expression whose names, types and shapes have been found right, ready to be worked out at any step. */
import type { Direction } from "../../trace/trace.ts";
import type { Type, Value } from "./value.ts";

/** A part of a tensor that can be edited. */
export interface EditablePart {
  /** As in `TensorEdit`. */
  readonly tensor: string;
  /** First number, into the step's vector or the parameter, and how many from there. */
  readonly from: number;
  readonly count: number;
}

export interface Compiled {
  readonly type: Type;
  /** Throws an `ExpressionError` that is an absence where there is no value at step `t`. */
  readonly at: (t: number) => Value;
  /** The tensor that it is a part of, as in the trace. */
  readonly tensor?: string;
  /** Which layer `tensor` belongs to. */
  readonly cell?: { readonly layer: number; readonly direction: Direction };
  /** Present when it can be edited: a state, a gate, an input, a weight, or a part of one. */
  readonly editable?: EditablePart;
  /** Of a state: what it was before the first step. */
  readonly initial?: () => Value;
  /** Has the same value at every step. */
  readonly isConstant?: boolean;
}
