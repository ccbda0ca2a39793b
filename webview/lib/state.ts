/** The panel's copy of what the host knows: asked for once, then kept right by events. */
import type { PanelState } from "../../src/protocol/panelContract.ts";
import type { WeightsChoice } from "../../src/protocol/sequenceChoice.ts";
import type { SnapshotsShown } from "../../src/protocol/snapshotsShown.ts";
import type { Cursor } from "../../src/protocol/traceSummary.ts";
import type { Host } from "./host.ts";

/** What changed, so that a panel can do as little as possible. */
export type Change = "state" | "cursor" | "snapshots" | "playing";

export interface Store {
  readonly state: PanelState;
  subscribe(listener: (change: Change) => void): () => void;
  /** Asks the host, and shows the move at once: the host's event confirms it. */
  readonly moveCursor: (to: Partial<Cursor>) => void;
  /** Asks for the same sequence through other weights of its run, and shows the choice at once. */
  readonly showThrough: (weights: WeightsChoice) => void;
}

const nothing: PanelState = { playing: false, busy: false };

export const startingCursor: Cursor = { layer: 0, direction: "forward", t: 0 };

/**
 * Asks the host for the state, and follows it from then on. Own moves of the cursor are shown at once;
 * what the host says of the cursor while some of them are on their way is older than they are, and
 * counts only when the last one has been answered.
 */
export function createStore(host: Host, onError: (error: unknown) => void): Store {
  let state = nothing;
  let movesOnTheirWay = 0;
  let hostCursor: Cursor | undefined;
  let choicesOnTheirWay = 0;
  let hostSnapshots: SnapshotsShown | undefined;
  const listeners = new Set<(change: Change) => void>();
  const update = (next: PanelState, change: Change): void => {
    state = next;
    for (const listener of listeners) listener(change);
  };
  const replace = (next: PanelState): void => {
    hostCursor = next.cursor;
    const isMoving = movesOnTheirWay > 0 && next.trace?.id === state.trace?.id;
    const cursor = isMoving ? state.cursor : next.cursor;
    update({ ...next, cursor, snapshots: ownChoice(next.snapshots) }, "state");
  };
  /** What the host says while own choices are on their way is older than they are. */
  const ownChoice = (snapshots: SnapshotsShown | undefined): SnapshotsShown | undefined => {
    hostSnapshots = snapshots;
    const { at } = choicesOnTheirWay > 0 ? (state.snapshots ?? {}) : {};
    return snapshots && at !== undefined ? { ...snapshots, at } : snapshots;
  };

  host.on("state", replace);
  host.on("cursor", (cursor) => {
    hostCursor = cursor;
    if (movesOnTheirWay === 0) update({ ...state, cursor }, "cursor");
  });
  host.on("snapshots", (snapshots) =>
    update({ ...state, snapshots: ownChoice(snapshots ?? undefined) }, "snapshots"),
  );
  host.on("playing", ({ playing }) => update({ ...state, playing }, "playing"));
  host.call("ready", null).then(replace, onError);

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    moveCursor(to) {
      if (!state.trace) return;
      const settled = (): void => {
        movesOnTheirWay--;
        if (movesOnTheirWay > 0 || sameCursor(hostCursor, state.cursor)) return;
        update({ ...state, cursor: hostCursor }, "cursor");
      };
      movesOnTheirWay++;
      update({ ...state, cursor: { ...startingCursor, ...state.cursor, ...to } }, "cursor");
      host.call("moveCursor", to).catch(onError).finally(settled);
    },
    showThrough(weights) {
      if (!state.snapshots) return;
      const settled = (): void => {
        choicesOnTheirWay--;
        if (choicesOnTheirWay === 0) update({ ...state, snapshots: hostSnapshots }, "snapshots");
      };
      choicesOnTheirWay++;
      update({ ...state, snapshots: { ...state.snapshots, at: weights } }, "snapshots");
      host.call("showThrough", { weights }).catch(onError).finally(settled);
    },
  };
}

const sameCursor = (one: Cursor | undefined, other: Cursor | undefined): boolean =>
  one?.t === other?.t &&
  one?.unit === other?.unit &&
  one?.layer === other?.layer &&
  one?.direction === other?.direction;
