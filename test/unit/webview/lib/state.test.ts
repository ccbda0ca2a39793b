import { describe, expect, it } from "vitest";
import type { MetricsRow, PanelState, TrainingStatus } from "../../../../src/protocol/contracts.ts";
import { withProgress } from "../../../../webview/lib/state.ts";

const row = (update: number, trainLoss = 1): MetricsRow => ({
  update,
  epoch: 0,
  elapsedMs: 0,
  trainLoss,
});
const status = (runFolder: string): TrainingStatus => ({
  runFolder,
  runName: "moby",
  state: "training",
  epoch: 1,
  epochs: 3,
  update: 10,
  updates: 100,
});
const before: PanelState = {
  playing: false,
  busy: false,
  curves: [{ runFolder: "/a", name: "a", state: "paused", rows: [row(1), row(2), row(3)] }],
};
const updates = (state: PanelState, runFolder: string) =>
  state.curves.find((curve) => curve.runFolder === runFolder)?.rows.map(({ update }) => update);

describe("progress of a training", () => {
  it("lengthens the curve of its run", () => {
    const after = withProgress(before, { status: status("/a"), rows: [row(4), row(5)] });
    expect(updates(after, "/a")).toEqual([1, 2, 3, 4, 5]);
    expect(after.curves[0].state).toBe("training");
    expect(after.training?.update).toBe(10);
  });

  it("begins a curve for a run that is new", () => {
    const after = withProgress(before, { status: status("/b"), rows: [row(1)] });
    expect(updates(after, "/a")).toEqual([1, 2, 3]);
    expect(updates(after, "/b")).toEqual([1]);
  });

  it("replaces the updates that a resumed run repeats since its checkpoint", () => {
    const after = withProgress(before, { status: status("/a"), rows: [row(2, 0.5), row(3, 0.4)] });
    expect(after.curves[0].rows).toEqual([row(1), row(2, 0.5), row(3, 0.4)]);
  });

  it("leaves the state before as it was", () => {
    const copy = structuredClone(before);
    withProgress(before, { status: status("/a"), rows: [row(4)] });
    expect(before).toEqual(copy);
  });
});
