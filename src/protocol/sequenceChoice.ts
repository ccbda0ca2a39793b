/** Which sequence a person looks at, and through which weights. */

/** Lines and columns count from 1, columns in UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  /** Absent: the line's beginning, or at the end of a range the line's end. */
  readonly column?: number;
}

/** Which sequence to look at: one of the data set, a part of a file, or one that the person typed. */
export type SequenceChoice =
  | {
      readonly kind: "example";
      readonly split: "training" | "validation";
      readonly index: number;
      readonly steps?: number;
    }
  | { readonly kind: "typed"; readonly text: string }
  /** A range of a text file, half-open where columns are given; or a whole recording, from line 1, for what reads sound. */
  | {
      readonly kind: "file";
      /** Absolute, or relative to the config's folder. */
      readonly file: string;
      readonly from: TextPosition;
      readonly to?: TextPosition;
      readonly steps?: number;
    }
  /** Rows of the table that the run was trained on, counted from 1 below the header, both ends included. */
  | { readonly kind: "rows"; readonly first: number; readonly last: number }
  /** The one in which the run's training broke, with the weights that it had then. */
  | { readonly kind: "broken" };

export type CheckpointChoice = "best" | "last";

/** Weights that a network had while it learned: those after so many updates, or the newest ones. */
export type SnapshotChoice = number | "newest";

export type WeightsChoice = CheckpointChoice | SnapshotChoice;

export interface SequenceSummary {
  readonly choice: SequenceChoice;
  readonly title: string;
  readonly detail: string;
}
