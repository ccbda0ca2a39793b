/** Puts a built page into a webview, with what it may load and from where. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { panelHtml, type PanelPage } from "./panelHtml.ts";

export function showPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { kind, place, title }: Pick<PanelPage, "kind" | "place" | "title">,
): void {
  const root = vscode.Uri.joinPath(extensionUri, "dist", "webview");
  const asset = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [root] };
  webview.html = panelHtml({
    kind,
    place,
    title,
    source: webview.cspSource,
    nonce: randomUUID(),
    script: asset(`${kind}.js`),
    style: asset(`${kind}.css`),
    codicons: asset("codicon.css"),
  });
}
