/**
 * At every stop the editor takes the focus to the text. Whoever moves through the sequence with the keys of a panel
 * wants to stay in the panel.
 */
import * as vscode from "vscode";
import { panelEditor, panelKinds } from "../ids.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";

/** The editor shows the stop a moment after the session told of it. */
const editorLimitMs = 1500;

/** Gives the focus back to the panel whose tab had it, once the text has taken it. */
export async function keepingFocus(
  places: PanelPlaces,
  stops: () => Thenable<unknown>,
): Promise<void> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const kind = panelKinds.find(
    (each) =>
      // The editor puts a word of its own before the type of a webview.
      input instanceof vscode.TabInputWebview && input.viewType.endsWith(panelEditor(each)),
  );
  const isTaken = kind && textTakesFocus();
  await stops();
  if (kind && (await isTaken)) await places.open(kind, "editor");
}

function textTakesFocus(): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isTaken: boolean): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve(isTaken);
    };
    const timer = setTimeout(() => finish(false), editorLimitMs);
    const subscription = vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor) finish(true);
    });
  });
}
