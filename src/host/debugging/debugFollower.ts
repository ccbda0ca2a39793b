/**
 * The debugger and the panels stand at the same step: at every stop panels show the session's trace and its step, and
 * whoever moves the cursor in a panel moves the session.
 */
import * as vscode from "vscode";
import type { PositionEvent } from "../../debug/customRequests.ts";
import { debugType } from "../ids.ts";
import type { Log } from "../log.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import { keepingFocus } from "./keepingFocus.ts";
import type { CursorStore } from "../tracing/cursorStore.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";

export interface Stopped {
  readonly session: vscode.DebugSession;
  readonly position: PositionEvent;
}

export interface DebugFollower extends vscode.Disposable {
  /** Where the session stands that moved last; undefined when none runs. */
  readonly current: Stopped | undefined;
  readonly onDidChange: vscode.Event<Stopped | undefined>;
}

/** A key that is held moves panels at once; the session follows when the cursor rests. */
const restMs = 250;

interface Parts {
  readonly places: PanelPlaces;
  readonly worker: LazyWorker;
  readonly traces: TraceStore;
  readonly cursor: CursorStore;
  readonly log: Log;
}

export function createDebugFollower({ worker, traces, cursor, places, log }: Parts): DebugFollower {
  const changed = new vscode.EventEmitter<Stopped | undefined>();
  let current: Stopped | undefined;
  let isOwnMove = false;
  let restTimer: NodeJS.Timeout | undefined;

  function set(next: Stopped | undefined): void {
    current = next;
    changed.fire(next);
  }

  async function follow(stopped: Stopped): Promise<void> {
    const { position } = stopped;
    const { traceId, layer, direction, t } = position;
    const isNew = traces.current?.id !== traceId;
    const summary = isNew ? await worker.call("summary", { trace: traceId }) : undefined;
    // It may have moved on meanwhile.
    if (current !== stopped) return;
    // A new trace begins at its first step, which is nobody's wish.
    isOwnMove = true;
    try {
      if (summary) traces.adopt(summary);
      cursor.move({ layer, direction, t });
    } finally {
      isOwnMove = false;
    }
  }

  function moved(): void {
    clearTimeout(restTimer);
    if (isOwnMove || !current) return;
    restTimer = setTimeout(() => {
      send().catch((error: unknown) => log.debug(`The debugger did not follow: ${String(error)}`));
    }, restMs);
  }

  async function send(): Promise<void> {
    const t = cursor.current?.t;
    if (!current || t === undefined) return;
    const { session, position } = current;
    if (traces.current?.id !== position.traceId || position.t === t) return;
    await keepingFocus(places, () => session.customRequest("unroll/moveCursor", { t }));
  }

  const subscriptions = [
    changed,
    cursor.onDidMove(moved),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session.type !== debugType || event !== "unroll/position") return;
      const stopped: Stopped = { session, position: body as PositionEvent };
      set(stopped);
      follow(stopped).catch((error: unknown) =>
        log.warn(`Panels did not follow: ${String(error)}`),
      );
    }),
    vscode.debug.onDidTerminateDebugSession((session) => {
      if (session.id !== current?.session.id) return;
      traces.keep();
      set(undefined);
    }),
  ];

  return {
    get current() {
      return current;
    },
    onDidChange: changed.event,
    dispose() {
      clearTimeout(restTimer);
      vscode.Disposable.from(...subscriptions).dispose();
    },
  };
}
