/** A training whose folder is removed from the window would go on unseen: it is stopped, and can be resumed. */
import * as vscode from "vscode";
import type { TrainingController } from "./trainingController.ts";

export function stopWithItsFolder(training: TrainingController): vscode.Disposable {
  return vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
    const { request } = training;
    if (!request) return;
    const config = vscode.Uri.file(request.configFile);
    // It may also lie in another folder that is still open, or never have been in one.
    if (vscode.workspace.getWorkspaceFolder(config)) return;
    const folder = removed.find(({ uri }) => config.path.startsWith(`${uri.path}/`));
    if (folder) void training.stop(`its folder "${folder.name}" was removed from the workspace`);
  });
}
