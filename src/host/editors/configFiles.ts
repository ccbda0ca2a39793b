/** Which files are Unroll's configs, where they are, and which one the person means. */
import { basename, posix } from "node:path";
import * as vscode from "vscode";

export const configGlob = "**/{unroll.json,*.unroll.json}";

/** Only files on disk: the worker reads the data beside them. */
export const configSelector: vscode.DocumentSelector = [
  { scheme: "file", pattern: "**/unroll.json" },
  { scheme: "file", pattern: "**/*.unroll.json" },
];

export const isConfigFile = ({ scheme, path }: vscode.Uri): boolean =>
  scheme === "file" && /(?:^|\.)unroll\.json$/.test(posix.basename(path));

export const isConfig = (document: vscode.TextDocument): boolean =>
  vscode.languages.match(configSelector, document) > 0;

const skipped = "**/{node_modules,.git,.unroll}/**";
const mostConfigs = 200;

export async function findConfigs(): Promise<readonly vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(configGlob, skipped, mostConfigs);
  return found
    .filter((uri) => uri.scheme === "file")
    .sort((a, b) => a.fsPath.localeCompare(b.fsPath));
}

/** The active editor's config, else the workspace's only one, else the one that is picked. */
export async function chooseConfig(doing: string): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document;
  if (active && isConfig(active)) return active.uri;
  if (!(await requireFolder(doing))) return undefined;
  const configs = await findConfigs();
  if (configs.length === 0) {
    await offerNewConfig(doing);
    return undefined;
  }
  if (configs.length === 1) return configs[0];
  const items = configs.map((uri) => ({
    label: basename(uri.fsPath),
    description: folderShown(uri),
    uri,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Unroll: ${doing}`,
    placeHolder: "Which config?",
  });
  return picked?.uri;
}

/** Relative to the workspace; where that has several folders, with the name of the one it is in. */
function folderShown(config: vscode.Uri): string | undefined {
  const folder = posix.dirname(vscode.workspace.asRelativePath(config).replaceAll("\\", "/"));
  return folder === "." ? undefined : folder;
}

/** Whether a folder is open; when none is, says so and offers to open one. */
export async function requireFolder(doing: string): Promise<boolean> {
  if (vscode.workspace.workspaceFolders?.length) return true;
  const open = "Open Folder…";
  const choice = await vscode.window.showWarningMessage(
    `Unroll needs an open folder to ${doing}: configs, data and runs live in it.`,
    open,
  );
  if (choice === open) await vscode.commands.executeCommand("vscode.openFolder");
  return false;
}

async function offerNewConfig(doing: string): Promise<void> {
  const create = "New Config…";
  const choice = await vscode.window.showInformationMessage(
    `There is no unroll.json in this workspace to ${doing} with.`,
    create,
  );
  if (choice === create) await vscode.commands.executeCommand("unroll.newConfig");
}
