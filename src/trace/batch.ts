/**
 * What the data side hands to the engine: B sequences side by side, T steps long, padded at the end.
 * A task's shape (one-to-many, many-to-one …) is nothing but where `weights` is not zero and what
 * `input` holds there; the engine knows no other notion of shape.
 */
import type { Real } from "./trace.ts";

export interface Batch {
  /** T: steps, the longest of `lengths`. */
  readonly steps: number;
  /** B: sequences. */
  readonly size: number;
  /** (B) valid steps of each sequence, 0..T. */
  readonly lengths: Int32Array;
  /** (T,B) token numbers, or (T,B,I) values. */
  readonly input:
    | { readonly kind: "tokens"; readonly tokens: Int32Array }
    | { readonly kind: "dense"; readonly values: Real };
  /** For an encoder-decoder: what the decoder reads while the right answers are given to it (teacher forcing). */
  readonly decoder?: {
    /** T of the decoder: the longest of its `lengths`. */
    readonly steps: number;
    /** (B) */
    readonly lengths: Int32Array;
    /** (T,B) the token before each step's target, 0 before the first. */
    readonly tokens: Int32Array;
    /**
     * Probability, at every step of a training, of reading the right token rather than the decoder's own last answer
     * (scheduled sampling, Bengio et al. 2015); 1 when absent.
     */
    readonly teacherShare?: number;
  };
  /**
   * For output at each step (T,B) classes or (T,B,O) values, where T is the decoder's if there is one; for output
   * at the last step (B) or (B,O).
   * Absent when only a forward pass is wanted.
   */
  readonly target?:
    | { readonly kind: "classes"; readonly classes: Int32Array }
    | { readonly kind: "values"; readonly values: Real }
    | {
        /** Labels whose places are not known, fewer than steps. */
        readonly kind: "labels";
        /** (B,L), padded at the end. */
        readonly labels: Int32Array;
        /** (B) */
        readonly labelLengths: Int32Array;
      };
  /** As many as targets, (T,B) or (B): 1 where a loss is taken, 0 elsewhere; padding is 0. */
  readonly weights?: Real;
  /** True when the hidden state is carried over from the previous batch, false to start from zero. */
  readonly carry: boolean;
  /** Steps after which the state is kept for the next batch; all of them when absent. The next one may overlap this one. */
  readonly carriedSteps?: number;
}
