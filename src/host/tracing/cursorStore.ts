/** The one cursor. Panels and commands ask to move it; everyone is told where it is. */
import * as vscode from "vscode";
import type { Cursor, TraceSummary } from "../../protocol/traceSummary.ts";
import { isSameSequence } from "../../protocol/traceSummary.ts";
import { placeCursor, sameCursor } from "./cursor.ts";

export interface CursorStore extends vscode.Disposable {
  readonly current: Cursor | undefined;
  /** Moves to the nearest place that exists; does nothing without a trace. */
  move(request: Partial<Cursor>): void;
  /**
   * A trace that was made again (reloaded window, restarted worker) goes on where the person was, and so does the same
   * sequence through other weights of its run.
   */
  attach(trace: TraceSummary | undefined): void;
  /** The next trace begins at its first step. */
  forget(): void;
  readonly onDidMove: vscode.Event<Cursor>;
}

const memoryKey = "unroll.cursor";
const betweenSavesMs = 500;

export function createCursorStore(memory: vscode.Memento): CursorStore {
  const moved = new vscode.EventEmitter<Cursor>();
  let remembered = memory.get<Cursor>(memoryKey);
  let trace: TraceSummary | undefined;
  let current: Cursor | undefined;
  let saveTimer: NodeJS.Timeout | undefined;
  let savedAt = 0;

  // A single step is saved at once, for the window may be reloaded the next moment; but playing makes many a second.
  function save(): void {
    saveTimer ??= setTimeout(
      () => {
        saveTimer = undefined;
        savedAt = Date.now();
        void memory.update(memoryKey, current);
      },
      Math.max(0, savedAt + betweenSavesMs - Date.now()),
    );
  }

  function set(next: Cursor): void {
    if (sameCursor(next, current)) return;
    current = next;
    save();
    moved.fire(next);
  }

  return {
    get current() {
      return current;
    },
    move(request) {
      if (trace) set(placeCursor(request, trace, current));
    },
    attach(next) {
      if (next?.id === trace?.id) return;
      const isSame = next !== undefined && trace !== undefined && isSameSequence(next, trace);
      trace = next;
      if (!next) {
        remembered = current;
        current = undefined;
        return;
      }
      const { layer, direction } = current ?? {};
      const beginning = { t: 0, ...(layer === undefined ? {} : { layer, direction }) };
      const start = remembered ?? (isSame && current ? current : beginning);
      remembered = undefined;
      current = undefined;
      set(placeCursor(start, next));
    },
    forget() {
      remembered = undefined;
    },
    onDidMove: moved.event,
    dispose() {
      clearTimeout(saveTimer);
      moved.dispose();
    },
  };
}
