/**
 * The setting `unroll.startup`: what a workspace asks for when it is opened, such as a course's first
 * experiment. Panels come forward, and a config that was never trained is trained. The editor ignores the
 * setting until the folder is trusted.
 */
import * as vscode from "vscode";
import type { PanelKind } from "../protocol/panelContract.ts";
import type { CommandId } from "./commands/commandIds.ts";
import { panelKinds, settingKeys } from "./ids.ts";
import { showError, type Log } from "./log.ts";
import { settings } from "./settings.ts";
import type { RunLibrary } from "./views/runLibrary.ts";

interface Startup {
  /** Path of a config, relative to the workspace folder that asks. */
  readonly train?: string;
  /** Panels that come forward in the side bar, or wherever their views were dragged. */
  readonly open: readonly PanelKind[];
  /** Panels that open as editor tabs; the last one is on top. */
  readonly openInEditor: readonly PanelKind[];
}

const viewCommands: Readonly<Record<PanelKind, CommandId>> = {
  timeline: "unroll.openTimeline",
  gates: "unroll.openGates",
  gradients: "unroll.openGradients",
  curves: "unroll.openCurves",
};

const editorCommands: Readonly<Record<PanelKind, CommandId>> = {
  timeline: "unroll.openTimelineInEditor",
  gates: "unroll.openGatesInEditor",
  gradients: "unroll.openGradientsInEditor",
  curves: "unroll.openCurvesInEditor",
};

const run = (command: CommandId, ...args: readonly unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(command, ...args);

/** Does what every folder of the workspace asks for, now or once it is trusted. */
export function honourStartup(library: RunLibrary, log: Log): vscode.Disposable {
  const begin = (): void => {
    startAll(library).catch((error: unknown) =>
      showError(log, "do what the workspace asks", error),
    );
  };
  if (vscode.workspace.isTrusted) {
    begin();
    return vscode.Disposable.from();
  }
  // A folder's settings come into force a moment after the folder was trusted.
  const arrival = vscode.workspace.onDidChangeConfiguration((change) => {
    if (!vscode.workspace.isTrusted || !change.affectsConfiguration(settingKeys.startup)) return;
    arrival.dispose();
    begin();
  });
  return arrival;
}

async function startAll(library: RunLibrary): Promise<void> {
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const startup = readStartup(folder);
    if (!startup) continue;
    for (const kind of startup.open) await run(viewCommands[kind]);
    for (const kind of startup.openInEditor) await run(editorCommands[kind]);
    if (startup.train === undefined) continue;
    const config = vscode.Uri.joinPath(folder.uri, startup.train);
    await library.refresh();
    if (library.ofConfig(config.fsPath).length > 0) continue;
    await run("unroll.train", config);
  }
}

/** What the folder's setting says; what is not as documented is left out. */
function readStartup(folder: vscode.WorkspaceFolder): Startup | undefined {
  const value = settings.startup(folder.uri);
  if (typeof value !== "object" || value === null) return undefined;
  const { train, open, openInEditor } = value as Record<string, unknown>;
  return {
    ...(typeof train === "string" && train !== "" ? { train } : {}),
    open: panelsOf(open),
    openInEditor: panelsOf(openInEditor),
  };
}

const panelsOf = (value: unknown): readonly PanelKind[] =>
  Array.isArray(value) ? value.filter((kind) => panelKinds.includes(kind as PanelKind)) : [];
