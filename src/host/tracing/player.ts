/** Plays a trace: moves the cursor by a timer until the last step. */
import * as vscode from "vscode";
import type { CursorStore } from "./cursorStore.ts";
import type { TraceStore } from "./traceStore.ts";

export interface Player extends vscode.Disposable {
  readonly playing: boolean;
  /** Starts, from the first step when the cursor is at the last. */
  play(): void;
  stop(): void;
  readonly onDidChange: vscode.Event<boolean>;
}

export function createPlayer(
  traces: TraceStore,
  cursor: CursorStore,
  stepsPerSecond: () => number,
): Player {
  const changed = new vscode.EventEmitter<boolean>();
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    changed.fire(false);
  }

  // A timeout per step, so that a changed speed counts from the next step on.
  function schedule(): void {
    timer = setTimeout(advance, 1000 / stepsPerSecond());
  }

  function advance(): void {
    const last = (traces.current?.steps ?? 0) - 1;
    const t = cursor.current?.t ?? last;
    if (t >= last) return stop();
    cursor.move({ t: t + 1 });
    if (t + 1 >= last) stop();
    else schedule();
  }

  return {
    get playing() {
      return timer !== undefined;
    },
    play() {
      const trace = traces.current;
      if (timer || !trace || !cursor.current || trace.steps < 2) return;
      if (cursor.current.t >= trace.steps - 1) cursor.move({ t: 0 });
      schedule();
      changed.fire(true);
    },
    stop,
    onDidChange: changed.event,
    dispose() {
      clearTimeout(timer);
      changed.dispose();
    },
  };
}
