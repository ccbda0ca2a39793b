/** Workspace Trust: a config names files and costs time, so without trust no worker starts. */
import * as vscode from "vscode";

/** Whether work may run; when it may not, tells the person why and offers to decide. */
export async function requireTrust(doing: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = "Manage Workspace Trust";
  const choice = await vscode.window.showWarningMessage(
    `Unroll does not ${doing} in a folder that you have not said you trust. Curves of existing runs can be looked at.`,
    manage,
  );
  if (choice === manage) await vscode.commands.executeCommand("workbench.trust.manage");
  return vscode.workspace.isTrusted;
}

/** The last line of defence, in front of every thread that starts. */
export function assertTrusted(): void {
  if (!vscode.workspace.isTrusted) {
    throw new Error(
      "Nothing runs until you trust this folder (Workspaces: Manage Workspace Trust).",
    );
  }
}
