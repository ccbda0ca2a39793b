/** The page on which text in ABC notation is seen and heard: one tab, which shows what was written last. */
import * as vscode from "vscode";
import { serve } from "../../protocol/channel.ts";
import type { TuneContract, TuneState } from "../../protocol/tuneContract.ts";
import { showPage } from "./showPage.ts";
import { webviewTransport } from "./webviewTransport.ts";

export interface TunePage extends vscode.Disposable {
  /** Beside the active editor; the keyboard stays where it is. */
  show(state: TuneState): void;
}

export function createTunePage(extensionUri: vscode.Uri): TunePage {
  let open: { readonly panel: vscode.WebviewPanel; show(state: TuneState): void } | undefined;

  function createPanel(first: TuneState): NonNullable<typeof open> {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    // What plays goes on while another tab is in front.
    const options = { retainContextWhenHidden: true };
    const panel = vscode.window.createWebviewPanel("unroll.tune", "Unroll: Tunes", column, options);
    // A tab's icon, unlike a view's, is not coloured by the theme.
    const icon = (name: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, "media", name);
    panel.iconPath = { light: icon("unroll-light.svg"), dark: icon("unroll-dark.svg") };
    const { webview } = panel;
    let state = first;
    const server = serve<TuneContract>(webviewTransport(webview), { ready: () => state });
    panel.onDidDispose(() => {
      server.dispose();
      open = undefined;
    });
    showPage(webview, extensionUri, { kind: "tune", place: "editor", title: "Tunes" });
    return {
      panel,
      show(next) {
        state = next;
        server.emit("state", state);
        panel.reveal(undefined, true);
      },
    };
  }

  return {
    show(state) {
      if (open) open.show(state);
      else open = createPanel(state);
    },
    dispose: () => open?.panel.dispose(),
  };
}
