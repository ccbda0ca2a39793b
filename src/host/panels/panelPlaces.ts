/**
 * Where panels appear: each as a view in Unroll's side bar container and, when asked for, as an
 * editor tab, which a reloaded window restores.
 */
import * as vscode from "vscode";
import type { PanelKind } from "../../protocol/panelContract.ts";
import { panelEditor, panelKinds, panelTitles, panelView } from "../ids.ts";
import { attachPanel, type PanelServices } from "./panelController.ts";
import type { PanelPlace } from "./panelHtml.ts";

export interface PanelPlaces extends vscode.Disposable {
  /** Brings the panel forward in that place and gives it the keyboard. */
  open(kind: PanelKind, place: PanelPlace): Promise<void>;
  /** Brings it forward in that place unless it is on screen anywhere; the keyboard stays where it is. */
  show(kind: PanelKind, place: PanelPlace): Promise<void>;
  /** Brings it forward in an editor tab, a new one beside the active one; the keyboard stays where it is. */
  openBeside(kind: PanelKind): Promise<void>;
  /** What is on screen, for tests. */
  readonly visible: readonly { readonly kind: PanelKind; readonly place: PanelPlace }[];
}

export function registerPanelPlaces(services: PanelServices): PanelPlaces {
  const views = new Map<PanelKind, vscode.WebviewView>();
  const editors = new Map<PanelKind, vscode.WebviewPanel>();
  // A tab's icon, unlike a view's, is not coloured by the theme.
  const icon = (name: string): vscode.Uri =>
    vscode.Uri.joinPath(services.extensionUri, "media", name);
  const icons = { light: icon("unroll-light.svg"), dark: icon("unroll-dark.svg") };

  function adoptEditor(kind: PanelKind, panel: vscode.WebviewPanel): void {
    panel.iconPath = icons;
    const controller = attachPanel(kind, "editor", panel.webview, () => panel.visible, services);
    editors.set(kind, panel);
    panel.onDidDispose(() => {
      controller.dispose();
      if (editors.get(kind) === panel) editors.delete(kind);
    });
  }

  function adoptView(kind: PanelKind, view: vscode.WebviewView): void {
    const controller = attachPanel(kind, "sideBar", view.webview, () => view.visible, services);
    views.set(kind, view);
    view.onDidDispose(() => {
      controller.dispose();
      if (views.get(kind) === view) views.delete(kind);
    });
  }

  async function bring(
    kind: PanelKind,
    place: PanelPlace,
    preserveFocus: boolean,
    viewColumn = vscode.ViewColumn.Active,
  ): Promise<void> {
    if (place === "sideBar") {
      await vscode.commands.executeCommand(`${panelView(kind)}.focus`, { preserveFocus });
      return;
    }
    const existing = editors.get(kind);
    if (existing) {
      existing.reveal(undefined, preserveFocus);
      return;
    }
    const title = `Unroll: ${panelTitles[kind]}`;
    const column = { viewColumn, preserveFocus };
    adoptEditor(kind, vscode.window.createWebviewPanel(panelEditor(kind), title, column));
  }

  const isVisible = (kind: PanelKind): boolean =>
    views.get(kind)?.visible === true || editors.get(kind)?.visible === true;

  const registrations = panelKinds.flatMap((kind) => [
    vscode.window.registerWebviewViewProvider(panelView(kind), {
      resolveWebviewView: (view) => adoptView(kind, view),
    }),
    vscode.window.registerWebviewPanelSerializer(panelEditor(kind), {
      async deserializeWebviewPanel(panel) {
        adoptEditor(kind, panel);
      },
    }),
  ]);

  return {
    open: (kind, place) => bring(kind, place, false),
    async show(kind, place) {
      if (!isVisible(kind)) await bring(kind, place, true);
    },
    openBeside: (kind) => bring(kind, "editor", true, vscode.ViewColumn.Beside),
    get visible() {
      const shown = [...views]
        .filter(([, view]) => view.visible)
        .map(([kind]) => ({ kind, place: "sideBar" }) as const);
      const tabs = [...editors]
        .filter(([, tab]) => tab.visible)
        .map(([kind]) => ({ kind, place: "editor" }) as const);
      return [...shown, ...tabs];
    },
    // The tabs stay: closing them here would keep a reloaded window from restoring them.
    dispose: () => vscode.Disposable.from(...registrations).dispose(),
  };
}
