/** What is told of a trace while its tensors stay in the worker, and the place in it that everybody looks at. */
import type { Axis, Direction, ModelDescription } from "../trace/trace.ts";
import type { CheckpointChoice, SequenceChoice } from "./sequenceChoice.ts";

/** The one cursor that all panels and the debugger share. The host owns it. */
export interface Cursor {
  readonly layer: number;
  readonly direction: Direction;
  /** Step, 0..T−1. */
  readonly t: number;
  readonly unit?: number;
}

/** Whether two traces are the same sequence of one run, if through other weights. */
export const isSameSequence = (one: TraceSummary, other: TraceSummary): boolean =>
  one.runFolder === other.runFolder &&
  one.modelFile === undefined &&
  other.modelFile === undefined &&
  one.steps === other.steps &&
  JSON.stringify(one.sequence.choice) === JSON.stringify(other.sequence.choice);

export interface TensorSummary {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
}

/** What a panel must know of a trace to draw its frame; the tensors themselves stay in the worker. */
export interface TraceSummary {
  readonly id: string;
  readonly runFolder: string;
  readonly runName: string;
  /** Where it is no run, but a network of this file: there is no checkpoint then, and no update. */
  readonly modelFile?: string;
  readonly checkpoint: CheckpointChoice | "snapshot";
  /** Updates that the weights had seen. */
  readonly update: number;
  readonly sequence: { readonly choice: SequenceChoice; readonly title: string };
  readonly model: ModelDescription;
  readonly steps: number;
  /** In an encoder-decoder, the steps of the source, which come first. */
  readonly sourceSteps?: number;
  /** What the numbers that the network reads at each step are called, where they have names. */
  readonly inputNames?: readonly string[];
  /** Mean loss over the steps that have one. */
  readonly loss?: number;
  /** Of a network whose labels have no places (CTC). */
  readonly decoding?: LabelDecoding;
  readonly tensors: readonly TensorSummary[];
  /** What would have been, had somebody not edited a value; absent when nobody did. */
  readonly counterfactual?: Counterfactual;
}

/**
 * A trace whose values were edited, against the one that it branched off. It also has the tensors `change.` and a name:
 * its own minus the original's.
 */
export interface Counterfactual {
  /** The original's id. */
  readonly original: string;
  /** In words, in the order in which they were made: "h[3] of layer 0 at step 12: 0.412 → 0". */
  readonly edits: readonly string[];
  /** The first step at which anything differs. */
  readonly from: number;
  readonly originalLoss?: number;
}

/** The labels that the outputs of a whole sequence say. */
export interface LabelDecoding {
  /** Of the likeliest path: repeated classes merged, blanks dropped. */
  readonly labels: readonly string[];
  /** The step at which each of them begins. */
  readonly starts: readonly number[];
  /** The likeliest labels over all paths, by prefix beam search; natural logarithms. Empty for very long sequences. */
  readonly beams: readonly {
    readonly labels: readonly string[];
    readonly logProbability: number;
  }[];
  readonly target?: readonly string[];
  /** Insertions, deletions and replacements that make `labels` the target. */
  readonly edits?: number;
}
