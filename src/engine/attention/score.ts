/**
 * What every score is to attention: how well the states of the source fit a query, forward and backward. Rows of the
 * source are (S·B, ·), queries and scores belong to steps t of (T·B, ·).
 */
import type { Real } from "../../trace/trace.ts";

/** The source's states: (S·B,K) from `offset` in both buffers. */
export interface Memory {
  readonly values: Real;
  /** dL/d values; what attention adds to. */
  readonly gradient: Real;
  readonly offset: number;
}

export interface AttentionCapacity {
  /** T, largest. */
  readonly steps: number;
  /** S, largest. */
  readonly sourceSteps: number;
  /** B, largest. */
  readonly batch: number;
}

/** Sizes of the batch at hand. */
export interface AttentionSizes {
  readonly sourceSteps: number;
  readonly batch: number;
  /** (B) steps of each source; nothing is looked at behind them. */
  readonly lengths: Int32Array;
}

export interface Score {
  /** Takes over the weights as they are now. */
  prepare(): void;
  /** Reads the source once, whatever the number of steps. */
  begin(memory: Memory, sizes: AttentionSizes): void;
  /** scores (B,S) of step `t`, from `at` on; the query's B rows begin at `queryOffset`. */
  forward(
    scores: Real,
    at: number,
    t: number,
    query: Real,
    queryOffset: number,
    sizes: AttentionSizes,
  ): void;
  beginBackward(sizes: AttentionSizes): void;
  /** Reads dL/dscores (B,S) and adds dL/dquery to `queryGradient`, from an offset of its own. */
  backward(
    scoreGradients: Real,
    t: number,
    query: Real,
    queryOffset: number,
    queryGradient: Real,
    gradientOffset: number,
    sizes: AttentionSizes,
  ): void;
  /** After all `steps`: adds dL/d weights and dL/d memory. Queries of step t began at `queryOffset` + t·B rows. */
  endBackward(
    memory: Memory,
    query: Real,
    queryOffset: number,
    steps: number,
    sizes: AttentionSizes,
  ): void;
}
