/**
 * What every panel that shows a trace is told, gathered from the stores that own it. `whole` answers a panel's `ready`;
 * afterwards `onDidChange` says what changed, in the contract's own events.
 */
import * as vscode from "vscode";
import type { PanelContract, PanelState } from "../../protocol/panelContract.ts";
import type { CursorStore } from "../tracing/cursorStore.ts";
import type { Player } from "../tracing/player.ts";
import type { SnapshotView } from "../tracing/snapshotView.ts";
import type { TraceStore } from "../tracing/traceStore.ts";

type Events = PanelContract["events"];

/** One event of the contract: its name and its payload. */
export type PanelEvent = {
  [K in keyof Events]: { readonly name: K; readonly payload: Events[K] };
}[keyof Events];

export interface PanelStateSource extends vscode.Disposable {
  whole(): PanelState;
  readonly onDidChange: vscode.Event<PanelEvent>;
}

interface Stores {
  readonly traces: TraceStore;
  readonly cursor: CursorStore;
  readonly snapshots: SnapshotView;
  readonly player: Player;
}

export function createPanelState({ traces, cursor, snapshots, player }: Stores): PanelStateSource {
  const changed = new vscode.EventEmitter<PanelEvent>();

  function whole(): PanelState {
    return {
      trace: traces.current,
      cursor: cursor.current,
      snapshots: snapshots.shown,
      playing: player.playing,
      busy: traces.busy,
    };
  }

  const tellAll = (): void => changed.fire({ name: "state", payload: whole() });
  const subscriptions = [
    traces.onDidChange(tellAll),
    cursor.onDidMove((payload) => changed.fire({ name: "cursor", payload })),
    snapshots.onDidChange(() =>
      changed.fire({ name: "snapshots", payload: snapshots.shown ?? null }),
    ),
    player.onDidChange((playing) => changed.fire({ name: "playing", payload: { playing } })),
  ];

  return {
    whole,
    onDidChange: changed.event,
    dispose: () => vscode.Disposable.from(...subscriptions, changed).dispose(),
  };
}
