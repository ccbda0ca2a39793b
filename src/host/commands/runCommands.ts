/** What one does with runs: rename, delete, reveal, compare. */
import * as vscode from "vscode";
import { configFileOf, renameRun, type Run } from "../../runs/runFolder.ts";
import { showError, type Log } from "../log.ts";
import type { CurveStore } from "../panels/curveStore.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import { settings } from "../settings.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import type { RunLibrary } from "../views/runLibrary.ts";
import { isActive, type RunChoice } from "./runChoice.ts";

interface Parts {
  readonly runs: RunChoice;
  readonly library: RunLibrary;
  readonly curves: CurveStore;
  readonly traces: TraceStore;
  readonly places: PanelPlaces;
  readonly log: Log;
}

export function createRunCommands({ runs, library, curves, traces, places, log }: Parts) {
  async function rename(...args: readonly unknown[]): Promise<void> {
    const run = await runs.one(args, { doing: "rename" });
    if (!run) return;
    const name = await vscode.window.showInputBox({
      title: "Rename run",
      value: run.record.name,
      validateInput: (value) => (value.trim() === "" ? "A run needs a name." : undefined),
    });
    if (name === undefined) return;
    try {
      await renameRun(run.folder, name);
      await library.refresh();
    } catch (error) {
      await showError(log, "rename the run", error);
    }
  }

  async function remove(...args: readonly unknown[]): Promise<void> {
    const chosen = await runs.many(args, { doing: "delete", accepts: (run) => !isActive(run) });
    const idle = chosen.filter((run) => !isActive(run));
    if (chosen.length > idle.length) {
      void vscode.window.showWarningMessage(
        "A run that is training is not deleted: stop it first.",
      );
    }
    if (idle.length === 0 || !(await confirmDeletion(idle))) return;
    for (const run of idle) {
      if (traces.current?.runFolder === run.folder) traces.close();
      try {
        await deleteFolder(run);
      } catch (error) {
        await showError(log, `delete ${run.record.name}`, error);
      }
    }
    await library.refresh();
  }

  async function reveal(...args: readonly unknown[]): Promise<void> {
    const run = await runs.one(args, { doing: "reveal" });
    if (!run) return;
    const uri = vscode.Uri.file(run.folder);
    // In a browser or on a remote there is no file manager to reveal it in.
    const local =
      vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
    await vscode.commands.executeCommand(local ? "revealFileInOS" : "revealInExplorer", uri);
  }

  async function openConfig(...args: readonly unknown[]): Promise<void> {
    const run = await runs.one(args, { doing: "open the config of" });
    if (!run) return;
    try {
      await vscode.window.showTextDocument(vscode.Uri.file(configFileOf(run)));
    } catch (error) {
      await showError(log, "open the run's config", error);
    }
  }

  async function compareCurves(...args: readonly unknown[]): Promise<void> {
    const chosen = await runs.many(args, { doing: "compare" });
    if (chosen.length === 0) return;
    await curves.compare(chosen.map(({ folder }) => folder));
    await places.show("curves", settings.openPanelsIn());
  }

  return { rename, remove, reveal, openConfig, compareCurves, refresh: () => library.refresh() };
}

async function confirmDeletion(runs: readonly Run[]): Promise<boolean> {
  const names = runs.map(({ record }) => `"${record.name}"`).join(", ");
  const what = runs.length === 1 ? `the run ${names}` : `${runs.length} runs: ${names}`;
  const trash = "Move to Trash";
  const detail = "The weights and curves of a run are in its folder. The config and the data stay.";
  return (
    (await vscode.window.showWarningMessage(`Delete ${what}?`, { modal: true, detail }, trash)) ===
    trash
  );
}

/** Where there is no trash (many remotes), asks once more before deleting for good. */
async function deleteFolder(run: Run): Promise<void> {
  const uri = vscode.Uri.file(run.folder);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
  } catch {
    const forGood = "Delete Permanently";
    const question = `"${run.record.name}" could not be moved to the trash.`;
    const choice = await vscode.window.showWarningMessage(question, { modal: true }, forGood);
    if (choice === forGood)
      await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
  }
}
