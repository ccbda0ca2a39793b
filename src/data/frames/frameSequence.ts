/** Sequences of frames as a person's file holds them, whatever kind of file that is. */
import type { Place } from "../../config/problem.ts";
import type { TextPlace } from "../split.ts";

export interface FrameSequence {
  /** T */
  readonly steps: number;
  /** (T,I) in the data's own units. */
  readonly values: Float64Array;
  /** One of the whole sequence, or one of each frame, empty where that has none. */
  readonly labels: readonly string[];
  /** On whom or what it was measured. */
  readonly group?: string;
  /** What the file calls it; absent where only its place tells. */
  readonly name?: string;
  readonly place: Place;
  /** What a frame is called, `frame 3` where it has no name of its own. */
  readonly nameOf: (t: number) => string;
  readonly placeOf?: (t: number) => TextPlace;
}

export interface FrameFile {
  /** Of the I numbers of a frame. */
  readonly names: readonly string[];
  readonly sequences: readonly FrameSequence[];
}

export const frameNumber = (t: number): string => `frame ${t + 1}`;
