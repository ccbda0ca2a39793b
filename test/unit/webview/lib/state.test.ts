import { describe, expect, it } from "vitest";
import type { PanelState } from "../../../../src/protocol/panelContract.ts";
import type { Cursor, TraceSummary } from "../../../../src/protocol/traceSummary.ts";
import type { MetricsRow, TrainingStatus } from "../../../../src/protocol/training.ts";
import type { Host } from "../../../../webview/lib/host.ts";
import { createStore, withProgress } from "../../../../webview/lib/state.ts";

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

const at = (t: number): Cursor => ({ layer: 0, direction: "forward", t });

const withTrace = (t: number): PanelState => ({
  ...before,
  trace: { id: "trace-1" } as TraceSummary,
  cursor: at(t),
});

/** A host that answers when the test says so, and a panel's store that follows it. */
async function panel() {
  const listeners = new Map<string, (payload: unknown) => void>();
  const answers: (() => void)[] = [];
  const errors: unknown[] = [];
  const host = {
    call: (name: string) =>
      name === "ready"
        ? Promise.resolve(withTrace(3))
        : new Promise((resolve) => answers.push(() => resolve(null))),
    on: (name: string, listener: (payload: unknown) => void) => listeners.set(name, listener),
    dispose() {},
  };
  const store = createStore(host as unknown as Host, (error) => errors.push(error));
  await settled();
  return {
    store,
    says: (name: string, payload: unknown) => listeners.get(name)?.(payload),
    answer: async () => (answers.shift()?.(), settled()),
  };
}

describe("the shared cursor", () => {
  it("moves at once, before the host has answered", async () => {
    const { store } = await panel();
    const changes: string[] = [];
    store.subscribe((change) => changes.push(change));
    store.moveCursor({ t: 4 });
    expect(store.state.cursor).toEqual(at(4));
    expect(changes).toEqual(["cursor"]);
  });

  it("is not thrown back by the host's confirmations of earlier moves", async () => {
    const { store, says, answer } = await panel();
    store.moveCursor({ t: 4 });
    store.moveCursor({ t: 5 });
    says("cursor", at(4));
    await answer();
    expect(store.state.cursor).toEqual(at(5));
    says("state", withTrace(4));
    expect(store.state.cursor).toEqual(at(5));
    says("cursor", at(5));
    await answer();
    expect(store.state.cursor).toEqual(at(5));
  });

  it("ends where the host says, when the host put it elsewhere", async () => {
    const { store, says, answer } = await panel();
    store.moveCursor({ t: 99 });
    says("cursor", at(49));
    expect(store.state.cursor).toEqual(at(99));
    await answer();
    expect(store.state.cursor).toEqual(at(49));
  });

  it("follows the moves of others", async () => {
    const { store, says } = await panel();
    says("cursor", at(30));
    expect(store.state.cursor).toEqual(at(30));
  });
});

const snapshots = (at: number | "newest") => ({ updates: [0, 10, 20], at, isGrowing: false });

describe("the choice of weights", () => {
  it("is shown at once, and not thrown back by what the host says of earlier choices", async () => {
    const { store, says, answer } = await panel();
    says("snapshots", snapshots("newest"));
    store.showThrough(10);
    store.showThrough(0);
    expect(store.state.snapshots?.at).toBe(0);
    says("snapshots", snapshots(10));
    says("state", { ...withTrace(3), snapshots: snapshots(10) });
    expect(store.state.snapshots?.at).toBe(0);
    await answer();
    says("snapshots", snapshots(0));
    await answer();
    expect(store.state.snapshots?.at).toBe(0);
  });

  it("ends where the host is when the host could not follow", async () => {
    const { store, says, answer } = await panel();
    says("snapshots", snapshots("newest"));
    store.showThrough(10);
    await answer();
    expect(store.state.snapshots?.at).toBe("newest");
    says("snapshots", null);
    expect(store.state.snapshots).toBeUndefined();
  });
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
