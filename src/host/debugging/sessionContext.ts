/** Tells the editor whether there is an edit to take back, and brings the timeline forward when a session begins. */
import * as vscode from "vscode";
import { contextKeys, debugType } from "../ids.ts";
import type { Log } from "../log.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import type { DebugFollower } from "./debugFollower.ts";

/** The editor brings Run and Debug forward in the side bar, and so takes away what stood there. */
const staysVisible = ({ visible }: PanelPlaces): boolean =>
  visible.some(({ place }) => place === "editor") ||
  (visible.length > 0 &&
    vscode.workspace.getConfiguration("debug").get("openDebug") === "neverOpen");

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
      if (session.type !== debugType || staysVisible(places)) return;
      places.openBeside("timeline").catch((error: unknown) => log.warn(String(error)));
    }),
  );
}
