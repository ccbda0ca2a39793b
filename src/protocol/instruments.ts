/** What the gradient instruments measure on a trace. Numbers travel as exactly-sized buffers. */
import type { HeatmapSlice } from "../trace/heatmap.ts";

/** A heatmap of one of the traces that the worker holds. */
export interface HeatmapRequest extends HeatmapSlice {
  readonly trace: string;
}

export interface NormSeries {
  /** Float32, (columns): L2 norm over units at each step, the largest of each bucket. */
  readonly values: ArrayBuffer;
  /** Uint32, (columns): step of each. */
  readonly stepNumbers: ArrayBuffer;
}

/** ‖∂L_t/∂h_k‖ for loss steps t (rows) and source steps k ≤ t (columns). */
export interface GradientFlow {
  /** Uint32 step numbers of rows and columns. */
  readonly lossSteps: ArrayBuffer;
  readonly sourceSteps: ArrayBuffer;
  /** Float32, (rows, columns); NaN where k > t. */
  readonly values: ArrayBuffer;
}

/**
 * Singular values of the Jacobian of a layer's state by the state one step before, at some steps: how much a gradient is
 * stretched, at most and in the middle, as it goes back one step.
 */
export interface JacobianSpectra {
  /** Uint32, (columns): ascending. */
  readonly stepNumbers: ArrayBuffer;
  /** Of ∂h_t/∂h_{t−1}. */
  readonly h: SpectrumSeries;
  /** Of the whole state (h,c), for cells that have a c. */
  readonly joint?: SpectrumSeries;
}

/** Float32, (columns) each. */
export interface SpectrumSeries {
  readonly largest: ArrayBuffer;
  readonly median: ArrayBuffer;
  readonly smallest: ArrayBuffer;
}

export type SaliencyMethod = "gradient" | "gradient-input" | "integrated";

/** Which inputs an output depends on. */
export interface Saliency {
  /** Step of the output: the one that was asked about, or the only one, or a decoder's first for a step of its source. */
  readonly t: number;
  /** The class or the number that is explained, and its value: of a class its logit. */
  readonly output: string;
  /** Which number of the output that is. */
  readonly index: number;
  readonly score: number;
  /** What the output would be for an input of zeros, for integrated gradients: their sum is the difference. */
  readonly baselineScore?: number;
  /** Float32, (T): for `gradient` the L2 norm over the numbers of a step's input, else their sum. */
  readonly values: ArrayBuffer;
  /** Of each number of the input apart, where they have names. */
  readonly features?: {
    readonly names: readonly string[];
    /** Float32, (names,T) row-major. */
    readonly values: ArrayBuffer;
  };
  readonly choices: readonly SaliencyChoice[];
}

/** What could be explained at the step: classes, the likeliest first, or all numbers. */
export interface SaliencyChoice {
  readonly output: number;
  readonly name: string;
  /** Of a class. */
  readonly probability?: number;
  readonly isRight?: true;
}
