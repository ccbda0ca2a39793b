import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isSnapshotDue,
  supersededSnapshots,
  type SnapshotPlan,
} from "../../../src/runs/snapshotSchedule.ts";

/** What a training of so many updates leaves. */
function left(plan: SnapshotPlan, updates: number): readonly number[] {
  let kept: readonly number[] = [0];
  for (let update = 1; update <= updates; update++) {
    if (!isSnapshotDue(plan, update) && update !== updates) continue;
    const all = kept.includes(update) ? kept : [...kept, update];
    const superseded = supersededSnapshots(plan, all, update);
    kept = all.filter((other) => !superseded.includes(other));
  }
  return kept;
}

describe("the schedule of snapshots", () => {
  it("keeps one at each interval while there is room, the first and the last included", () => {
    expect(left({ everyUpdates: 100, keep: 6 }, 350)).toEqual([0, 100, 200, 300, 350]);
  });

  it("drops every second one and doubles the interval when there would be too many", () => {
    expect(left({ everyUpdates: 100, keep: 6 }, 500)).toEqual([0, 200, 400, 500]);
    expect(left({ everyUpdates: 100, keep: 6 }, 2000)).toEqual([0, 800, 1600, 2000]);
  });

  it("is an even picture of any training within its bound, however it was interrupted", () => {
    const plans = fc.record({
      everyUpdates: fc.integer({ min: 1, max: 30 }),
      keep: fc.integer({ min: 3, max: 12 }),
    });
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 400 }), (plan, updates) => {
        const kept = left(plan, updates);
        expect(kept.length).toBeLessThanOrEqual(plan.keep);
        expect([kept[0], kept.at(-1)]).toEqual([0, updates]);
        const gaps = kept.slice(1).map((update, index) => update - kept[index]);
        // All alike, but for the last, which may be cut short.
        expect(new Set(gaps.slice(0, -1)).size).toBeLessThanOrEqual(1);
        expect(gaps.at(-1)).toBeLessThanOrEqual(gaps[0]);
        // Half of the room is used at least, once it was full.
        if (updates >= plan.everyUpdates * plan.keep) {
          expect(kept.length).toBeGreaterThanOrEqual(Math.floor(plan.keep / 2));
        }
      }),
    );
  });
});
