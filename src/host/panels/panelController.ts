/**
 * One webview and what it is told: serves the panel's contract over the webview. Requests for
 * tensors go to the tracing worker and back untouched.
 */
import * as vscode from "vscode";
import { serve } from "../../protocol/channel.ts";
import type { PanelContract, PanelKind } from "../../protocol/panelContract.ts";
import { panelCommands } from "../commands/commandIds.ts";
import { panelTitles } from "../ids.ts";
import type { CursorStore } from "../tracing/cursorStore.ts";
import type { SnapshotView } from "../tracing/snapshotView.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import type { Audience } from "./audience.ts";
import type { PanelPlace } from "./panelHtml.ts";
import type { PanelStateSource } from "./panelState.ts";
import { showPage } from "./showPage.ts";
import { webviewTransport } from "./webviewTransport.ts";

export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  readonly state: PanelStateSource;
  readonly worker: LazyWorker;
  readonly cursor: CursorStore;
  readonly traces: TraceStore;
  readonly snapshots: SnapshotView;
  readonly audience: Audience;
  /** For tests and the log: a panel has drawn its first state. */
  readonly onReady: (kind: PanelKind) => void;
}

export interface PanelController extends vscode.Disposable {
  readonly kind: PanelKind;
}

/** `isVisible` because a hidden page is gone: it will ask for everything when it is shown again. */
export function attachPanel(
  kind: PanelKind,
  place: PanelPlace,
  webview: vscode.Webview,
  isVisible: () => boolean,
  services: PanelServices,
): PanelController {
  const { state, worker, cursor, traces, snapshots, audience, extensionUri } = services;
  const member = audience.join(isVisible);
  const server = serve<PanelContract>(webviewTransport(webview), {
    ready() {
      void traces.restore();
      services.onReady(kind);
      return state.whole();
    },
    seen({ trace }) {
      member.saw(trace);
      return null;
    },
    moveCursor(request) {
      cursor.move(request);
      return null;
    },
    async showThrough({ weights }) {
      await snapshots.show(weights);
      return null;
    },
    async run({ command }) {
      if (!panelCommands.includes(command)) throw new Error(`A panel may not run "${command}".`);
      await vscode.commands.executeCommand(command);
      return null;
    },
    columns: (request, { signal }) => worker.call("columns", request, { signal }),
    heatmap: (request, { signal }) => worker.call("heatmap", request, { signal }),
    norms: (request, { signal }) => worker.call("norms", request, { signal }),
    jacobians: (request, { signal }) => worker.call("jacobians", request, { signal }),
    saliency: (request, { signal }) => worker.call("saliency", request, { signal }),
    gradientFlow: (request, { signal }) => worker.call("gradientFlow", request, { signal }),
  });
  const subscription = state.onDidChange((event) => {
    if (isVisible()) server.emit(event.name, event.payload);
  });

  showPage(webview, extensionUri, { kind, place, title: panelTitles[kind] });

  return {
    kind,
    dispose() {
      member.leave();
      subscription.dispose();
      server.dispose();
    },
  };
}
