/** Tells the editor whether there is an edit to take back, and brings the timeline forward when a session begins. */
import * as vscode from "vscode";
import { contextKeys, debugType } from "../ids.ts";
import type { Log } from "../log.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import type { DebugFollower } from "./debugFollower.ts";

export function maintainSession(
  follower: DebugFollower,
  places: PanelPlaces,
  log: Log,
): vscode.Disposable {
  return vscode.Disposable.from(
    follower.onDidChange((stopped) => {
      const hasEdits = (stopped?.position.edits ?? 0) > 0;
      void vscode.commands.executeCommand("setContext", contextKeys.hasDebugEdits, hasEdits);
    }),
    vscode.debug.onDidStartDebugSession((session) => {
      if (session.type !== debugType || places.visible.length > 0) return;
      places.showBeside("timeline").catch((error: unknown) => log.warn(String(error)));
    }),
  );
}
