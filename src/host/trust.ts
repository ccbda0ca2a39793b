/** Workspace Trust: a config names files and costs time, so without trust no worker starts. */
import * as vscode from "vscode";

/** Whether work may run; when it may not, tells the person why and offers to decide. */
export async function requireTrust(doing: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = "Manage Workspace Trust";
  const choice = await vscode.window.showWarningMessage(
    `Trust this folder to ${doing}. Until then, Unroll shows nothing but the curves of existing runs.`,
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
