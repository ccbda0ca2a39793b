/** The page of a panel: one script, its styles, and a policy under which nothing else can run. */
import type { PanelKind } from "../../protocol/panelContract.ts";

/** Where a panel is shown: as a view, which the person may have dragged anywhere, or as an editor tab. */
export type PanelPlace = "sideBar" | "editor";

/** Every page that is built: the panels, the editor of model files, and the page that shows tunes. */
export type PageKind = PanelKind | "model" | "tune";

export interface PanelPage {
  readonly kind: PageKind;
  /** On the body as `data-place`: a tab needs no button that opens it as a tab, and has the editor's background. */
  readonly place: PanelPlace;
  readonly title: string;
  /** Where the webview may load from; `Webview.cspSource`. */
  readonly source: string;
  readonly nonce: string;
  /** As the webview sees them. */
  readonly script: string;
  readonly style: string;
  readonly codicons: string;
}

export function panelHtml({
  kind,
  place,
  title,
  source,
  nonce,
  script,
  style,
  codicons,
}: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `font-src ${source}`,
    `img-src ${source}`,
  ].join("; ");
  // The icon component looks for the codicon style sheet by this id and repeats it, with its
  // nonce, inside its shadow root.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link id="vscode-codicon-stylesheet" rel="stylesheet" href="${codicons}" nonce="${nonce}">
<link rel="stylesheet" href="${style}">
</head>
<body data-panel="${kind}" data-place="${place}">
<main id="panel"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
