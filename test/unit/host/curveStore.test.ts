/** What the Curves panel says of a run while, and after, it trains in this window. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createCurveStore } from "../../../src/host/panels/curveStore.ts";
import { runState } from "../../../src/host/panels/runState.ts";
import type { RunState, TrainingStatus } from "../../../src/protocol/training.ts";

vi.mock("vscode", () => {
  class EventEmitter<T> {
    private readonly listeners = new Set<(value: T) => void>();
    readonly event = (listener: (value: T) => void) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    };
    fire(value: T) {
      for (const listener of this.listeners) listener(value);
    }
    dispose() {
      this.listeners.clear();
    }
  }
  return { EventEmitter, Disposable: { from: () => ({ dispose: () => undefined }) } };
});

// The disk answers at once: a real one answers at times that fake timers know nothing of.
vi.mock("../../../src/runs/metrics.ts", () => ({ readMetrics: async () => ({ rows: [] }) }));
vi.mock("../../../src/runs/runFolder.ts", () => ({
  readRun: async () => {
    throw new Error("There is no such run.");
  },
}));

const { EventEmitter } = await import("vscode");
const folder = "/no/such/folder/.unroll/runs/one";
const second = 1000;

const trainingAt = (ms: number) =>
  ({ state: "training", updatedAt: new Date(ms).toISOString() }) as const;

/** A window with one run: a training that reports, and a library that reads the disk when it is told to. */
function openWindow() {
  const progressed = new EventEmitter<{ status: TrainingStatus; rows: readonly [] }>();
  const read = new EventEmitter<void>();
  let status: TrainingStatus | undefined;
  let record: { name: string; state: RunState; updatedAt: string } | undefined;
  const training = {
    get status() {
      return status;
    },
    request: undefined,
    onProgress: progressed.event,
  };
  const library = {
    get runs() {
      return record ? [{ folder, record }] : [];
    },
    find: () => record && { folder, record },
    onDidChange: read.event,
  };
  const memory = { get: (_: string, otherwise: unknown) => otherwise, update: async () => {} };
  const log = { warn: () => undefined };
  const store = createCurveStore(
    library as never,
    training as never,
    memory as never,
    log as never,
  );
  const states: (RunState | undefined)[] = [];
  store.onDidChange(() => states.push(store.shown[0]?.state));
  return {
    store,
    /** What panels were told, one by one. */
    states,
    say(state: RunState) {
      status = { runFolder: folder, runName: "one", state } as TrainingStatus;
      progressed.fire({ status, rows: [] });
    },
    end: () => (status = undefined),
    readDisk(state: RunState, updatedAt = new Date().toISOString()) {
      record = { name: "one", state, updatedAt };
      read.fire();
    },
    settle: () => vi.advanceTimersByTimeAsync(10),
  };
}

describe("the state of a run in the curves", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "Date"] }));

  it("is finished as soon as its training said so, though the disk was read before that", async () => {
    const window = openWindow();
    window.say("training");
    window.readDisk("training");
    await window.settle();
    window.say("finished");
    window.end();
    expect(window.store.shown[0]?.state).toBe("finished");
  });

  it("is finished for a run that was over before the disk was read at all", async () => {
    const window = openWindow();
    window.say("training");
    window.say("finished");
    window.end();
    await window.settle();
    expect(window.store.shown).toMatchObject([{ name: "one", state: "finished" }]);
  });

  it("is told again when the disk, read later, says something else", async () => {
    const window = openWindow();
    window.say("training");
    window.readDisk("training");
    await window.settle();
    window.end();
    await window.settle();
    window.states.length = 0;
    // Its worker died; the record was marked afterwards.
    window.readDisk("interrupted");
    await window.settle();
    expect(window.states).toEqual(["interrupted"]);
    window.readDisk("interrupted");
    await window.settle();
    expect(window.states, "nothing new to tell").toHaveLength(1);
  });

  it("goes back to training when another process goes on with the run later", () => {
    const heard = { status: { state: "finished" }, at: 10 * second } as const;
    expect(runState(trainingAt(9 * second), heard, false)).toBe("finished");
    expect(runState(trainingAt(11 * second), heard, false)).toBe("training");
    expect(runState(trainingAt(11 * second), { ...heard, status: { state: "paused" } }, true)).toBe(
      "paused",
    );
    expect(runState(undefined, undefined, false)).toBeUndefined();
  });
});
