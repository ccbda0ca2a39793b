import { describe, expect, it } from "vitest";
import type { Client } from "../../../../src/protocol/channel.ts";
import type { CurvesContract, CurvesState } from "../../../../src/protocol/curvesContract.ts";
import type { MetricsRow, TrainingStatus } from "../../../../src/protocol/training.ts";
import { createCurvesStore, withNews } from "../../../../webview/curves/store.ts";

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
const before: CurvesState = {
  runs: [{ runFolder: "/a", name: "a", state: "paused", rows: [row(1), row(2), row(3)] }],
};
const updates = (state: CurvesState, runFolder: string) =>
  state.runs.find((curve) => curve.runFolder === runFolder)?.rows.map(({ update }) => update);

describe("progress of a training", () => {
  it("lengthens the curve of its run", () => {
    const after = withNews(before, { status: status("/a"), rows: [row(4), row(5)] });
    expect(updates(after, "/a")).toEqual([1, 2, 3, 4, 5]);
    expect(after.runs[0].state).toBe("training");
    expect(after.training?.update).toBe(10);
  });

  it("begins a curve for a run that is new", () => {
    const after = withNews(before, { status: status("/b"), rows: [row(1)] });
    expect(updates(after, "/a")).toEqual([1, 2, 3]);
    expect(updates(after, "/b")).toEqual([1]);
  });

  it("replaces the updates that a resumed run repeats since its checkpoint", () => {
    const after = withNews(before, { status: status("/a"), rows: [row(2, 0.5), row(3, 0.4)] });
    expect(after.runs[0].rows).toEqual([row(1), row(2, 0.5), row(3, 0.4)]);
  });

  it("leaves the state before as it was", () => {
    const copy = structuredClone(before);
    withNews(before, { status: status("/a"), rows: [row(4)] });
    expect(before).toEqual(copy);
  });
});

describe("what the host says", () => {
  it("is shown from its first answer on", async () => {
    const listeners = new Map<string, (payload: unknown) => void>();
    const said: unknown[] = [];
    const host = {
      call: async () => before,
      on: (name: string, listener: (payload: unknown) => void) => listeners.set(name, listener),
      dispose: () => undefined,
    } as unknown as Client<CurvesContract>;
    const store = createCurvesStore(host, {
      state: () => said.push("state"),
      news: () => said.push("news"),
      error: (error) => said.push(error),
    });
    listeners.get("progress")?.({ status: status("/a"), rows: [row(3)] });
    expect([store.state, said]).toEqual([undefined, []]);
    await Promise.resolve();
    expect(store.state).toBe(before);
    listeners.get("progress")?.({ status: status("/a"), rows: [row(4)] });
    expect(updates(store.state ?? before, "/a")).toEqual([1, 2, 3, 4]);
    listeners.get("state")?.({ runs: [] });
    expect(store.state?.runs).toEqual([]);
    expect(said).toEqual(["state", "news", "state"]);
  });
});
