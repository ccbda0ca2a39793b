/** The way of a network through its training, as far as its run kept it, and where on it everybody looks. */
import type { WeightsChoice } from "./sequenceChoice.ts";

export interface SnapshotsShown {
  /** After how many updates one is kept; ascending. */
  readonly updates: readonly number[];
  /**
   * Through which weights the sequence is seen, or will be at once: after so many updates, the newest and whatever
   * becomes the newest, or a checkpoint.
   */
  readonly at: WeightsChoice;
  /** The run is being trained, so that more will come. */
  readonly isGrowing: boolean;
}
