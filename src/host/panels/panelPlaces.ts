/**
 * Where panels appear: each as a view in Unroll's side bar container and, when asked for, as an
 * editor tab, which a reloaded window restores.
 */
import * as vscode from "vscode";
import type { PanelKind } from "../../protocol/contracts.ts";
import { panelEditor, panelKinds, panelTitles, panelView } from "../ids.ts";
import { attachPanel, type PanelServices } from "./panelController.ts";

export interface PanelPlaces extends vscode.Disposable {
  /** Shows the panel where it is visible already, else its view in the side bar. */
  reveal(kind: PanelKind): Promise<void>;
  revealInEditor(kind: PanelKind): void;
  /** What is on screen, for tests. */
  readonly visible: readonly { readonly kind: PanelKind; readonly place: "sideBar" | "editor" }[];
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
    const controller = attachPanel(kind, panel.webview, () => panel.visible, services);
    editors.set(kind, panel);
    panel.onDidDispose(() => {
      controller.dispose();
      if (editors.get(kind) === panel) editors.delete(kind);
    });
  }

  function adoptView(kind: PanelKind, view: vscode.WebviewView): void {
    const controller = attachPanel(kind, view.webview, () => view.visible, services);
    views.set(kind, view);
    view.onDidDispose(() => {
      controller.dispose();
      if (views.get(kind) === view) views.delete(kind);
    });
  }

  function revealInEditor(kind: PanelKind): void {
    const existing = editors.get(kind);
    if (existing) {
      existing.reveal();
      return;
    }
    const title = `Unroll: ${panelTitles[kind]}`;
    adoptEditor(
      kind,
      vscode.window.createWebviewPanel(panelEditor(kind), title, vscode.ViewColumn.Active),
    );
  }

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
    async reveal(kind) {
      const editor = editors.get(kind);
      if (views.get(kind)?.visible) return;
      if (editor) editor.reveal(undefined, true);
      else
        await vscode.commands.executeCommand(`${panelView(kind)}.focus`, { preserveFocus: true });
    },
    revealInEditor,
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
