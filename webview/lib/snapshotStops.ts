/** Where the slider through a training may stand, and what it says there. Pure. */
import type { WeightsChoice } from "../../src/protocol/sequenceChoice.ts";
import type { SnapshotsShown } from "../../src/protocol/snapshotsShown.ts";
import { formatCount } from "./numbers.ts";

export interface SnapshotStops {
  /** Updates, ascending; a checkpoint that is shown stands among the snapshots. */
  readonly updates: readonly number[];
  readonly index: number;
  /** "after 1,200 updates" */
  readonly place: string;
  /** What that is besides: the newest, before the first update, a checkpoint. Empty of all others. */
  readonly note: string;
  /** Every new snapshot will be shown. */
  readonly isLive: boolean;
}

/** `traced`: the updates that the weights of the shown trace had seen. */
export function snapshotStops(
  { updates, at, isGrowing }: SnapshotsShown,
  traced: number,
): SnapshotStops {
  const isLive = isGrowing && at === "newest";
  // List and trace go ahead of each other while a training is followed; the words are about what is seen.
  const newest = isLive ? traced : (updates.at(-1) ?? traced);
  const here = at === "newest" ? newest : typeof at === "number" ? at : traced;
  const all = [...new Set([...updates, here])].sort((a, b) => a - b);
  return {
    updates: all,
    index: at === "newest" ? all.length - 1 : all.indexOf(here),
    place: here === 1 ? "after 1 update" : `after ${formatCount(here)} updates`,
    note: noteOf(at, here, newest, isLive),
    isLive,
  };
}

function noteOf(at: WeightsChoice, here: number, newest: number, isLive: boolean): string {
  if (at === "best" || at === "last") return `${at} checkpoint`;
  if (isLive) return "live";
  if (here === 0) return "before learning";
  return here === newest ? "newest" : "";
}

/** What moving the slider there asks for: at the right end, whatever is the newest. */
export const weightsAt = ({ updates }: SnapshotStops, index: number): WeightsChoice =>
  index >= updates.length - 1 ? "newest" : updates[Math.max(0, index)];
