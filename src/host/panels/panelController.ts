/** One webview and what it is told: serves the panel's contract over the webview. */
import * as vscode from "vscode";
import { serve } from "../../protocol/channel.ts";
import type { CurvesContract, CurvesState } from "../../protocol/curvesContract.ts";
import type { PanelCommand, PanelContract, PanelKind } from "../../protocol/panelContract.ts";
import { panelCommands } from "../commands/commandIds.ts";
import { panelTitles } from "../ids.ts";
import type { CursorStore } from "../tracing/cursorStore.ts";
import type { SnapshotView } from "../tracing/snapshotView.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import type { TrainingController } from "../training/trainingController.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import type { Audience } from "./audience.ts";
import type { CurveStore } from "./curveStore.ts";
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
  readonly curves: CurveStore;
  readonly training: TrainingController;
  /** For tests and the log: a panel has drawn its first state. */
  readonly onReady: (kind: PanelKind) => void;
}

/** `isVisible` because a hidden page is gone: it will ask for everything when it is shown again. */
export function attachPanel(
  kind: PanelKind,
  place: PanelPlace,
  webview: vscode.Webview,
  isVisible: () => boolean,
  services: PanelServices,
): vscode.Disposable {
  const page = { webview, isVisible, onReady: () => services.onReady(kind) };
  const served = kind === "curves" ? serveCurves(page, services) : serveTrace(page, services);
  showPage(webview, services.extensionUri, { kind, place, title: panelTitles[kind] });
  return served;
}

interface Page {
  readonly webview: vscode.Webview;
  readonly isVisible: () => boolean;
  readonly onReady: () => void;
}

/** Requests for tensors go to the tracing worker and back untouched. */
function serveTrace({ webview, isVisible, onReady }: Page, services: PanelServices) {
  const { state, worker, cursor, traces, snapshots, audience } = services;
  const member = audience.join(isVisible);
  const server = serve<PanelContract>(webviewTransport(webview), {
    ready() {
      void traces.restore();
      onReady();
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
    run,
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
  return vscode.Disposable.from(member, subscription, server);
}

function serveCurves({ webview, isVisible, onReady }: Page, services: PanelServices) {
  const { curves, training } = services;
  const server = serve<CurvesContract>(webviewTransport(webview), {
    ready() {
      onReady();
      return curvesState(services);
    },
    run,
  });
  const tell = (): void => {
    if (isVisible()) server.emit("state", curvesState(services));
  };
  return vscode.Disposable.from(
    curves.onDidChange(tell),
    training.onDidChange(tell),
    training.onProgress((news) => {
      if (isVisible()) server.emit("progress", news);
    }),
    server,
  );
}

export const curvesState = ({
  curves,
  training,
}: Pick<PanelServices, "curves" | "training">): CurvesState => ({
  runs: curves.shown,
  ...(training.status && { training: training.status }),
});

async function run({ command }: { readonly command: PanelCommand }): Promise<null> {
  if (!panelCommands.includes(command)) throw new Error(`A panel may not run "${command}".`);
  await vscode.commands.executeCommand(command);
  return null;
}
