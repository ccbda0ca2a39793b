import { describe, expect, it } from "vitest";
import type { PanelState } from "../../../../src/protocol/panelContract.ts";
import type { Cursor, TraceSummary } from "../../../../src/protocol/traceSummary.ts";
import type { Host } from "../../../../webview/lib/host.ts";
import { createStore } from "../../../../webview/lib/state.ts";

const at = (t: number): Cursor => ({ layer: 0, direction: "forward", t });

const withTrace = (t: number): PanelState => ({
  playing: false,
  busy: false,
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
