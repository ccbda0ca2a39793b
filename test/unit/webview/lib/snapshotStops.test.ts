import { describe, expect, it } from "vitest";
import type { SnapshotsShown } from "../../../../src/protocol/snapshotsShown.ts";
import { snapshotStops, weightsAt } from "../../../../webview/lib/snapshotStops.ts";

const kept = (more: Partial<SnapshotsShown>): SnapshotsShown => ({
  updates: [0, 500, 1000, 1250],
  at: "newest",
  isGrowing: false,
  ...more,
});

describe("the slider through a training", () => {
  it("stands at the right end for the newest, which is live while the run is trained", () => {
    const stops = snapshotStops(kept({}), 1250);
    expect(stops).toMatchObject({ index: 3, place: "after 1,250 updates", note: "newest" });
    expect(snapshotStops(kept({ isGrowing: true }), 1250)).toMatchObject({
      note: "live",
      isLive: true,
    });
    // An older one is looked at in peace.
    expect(snapshotStops(kept({ isGrowing: true, at: 500 }), 500).isLive).toBe(false);
  });

  it("stands where the person put it, before the trace has followed", () => {
    expect(snapshotStops(kept({ at: 500 }), 1250)).toMatchObject({
      index: 1,
      place: "after 500 updates",
      note: "",
    });
    expect(snapshotStops(kept({ at: 0 }), 1250).note).toBe("before learning");
  });

  it("stands between two snapshots while a checkpoint is shown", () => {
    const stops = snapshotStops(kept({ at: "best" }), 812);
    expect(stops.updates).toEqual([0, 500, 812, 1000, 1250]);
    expect(stops).toMatchObject({ index: 2, note: "best checkpoint" });
  });

  it("says of a live one what its trace says, which is now ahead of the list and now behind", () => {
    const live = kept({ isGrowing: true });
    expect(snapshotStops(live, 1300)).toMatchObject({ index: 4, place: "after 1,300 updates" });
    expect(snapshotStops(live, 1000)).toMatchObject({ index: 3, place: "after 1,000 updates" });
  });

  it("asks for the newest at the right end, whatever that will be", () => {
    const stops = snapshotStops(kept({}), 1250);
    expect([0, 2, 3].map((index) => weightsAt(stops, index))).toEqual([0, 1000, "newest"]);
  });
});
