/**
 * Which updates of a training leave a snapshot. A training may be of any length and a folder has bounds, so that the
 * interval doubles whenever too many would be kept: what stays is an even picture of the whole training. All of it follows
 * from the number of updates alone, so that a training that was stopped goes on as if it had not been.
 */

export interface SnapshotPlan {
  /** Updates between two snapshots at first. */
  readonly everyUpdates: number;
  /** At most; at least 3, which are the first, the last and one between them. */
  readonly keep: number;
}

/** Updates between two snapshots of a training that has made `update` of them. */
export function snapshotInterval({ everyUpdates, keep }: SnapshotPlan, update: number): number {
  let interval = everyUpdates;
  // One place is the last update's, which need not be a multiple.
  while (Math.floor(update / interval) + 1 > keep - 1) interval *= 2;
  return interval;
}

export const isSnapshotDue = (plan: SnapshotPlan, update: number): boolean =>
  update % snapshotInterval(plan, update) === 0;

/** Those that make room: what falls between two intervals, but for the newest. */
export function supersededSnapshots(
  plan: SnapshotPlan,
  kept: readonly number[],
  newest: number,
): readonly number[] {
  const interval = snapshotInterval(plan, newest);
  return kept.filter((update) => update !== newest && update % interval !== 0);
}
