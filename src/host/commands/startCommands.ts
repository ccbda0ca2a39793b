/** The ways to begin: a new config from a template, and the sample workspaces. */
import * as vscode from "vscode";
import { templates } from "../../config/templates.ts";
import { requireFolder } from "../editors/configFiles.ts";
import { showError, type Log } from "../log.ts";

export function createStartCommands(extensionUri: vscode.Uri, log: Log) {
  /** `newConfig(templateId, folder)` asks nothing, for keybindings and tests. */
  async function newConfig(templateId: unknown, target: unknown): Promise<vscode.Uri | undefined> {
    if (!(target instanceof vscode.Uri) && !(await requireFolder("write a config")))
      return undefined;
    const template = templates.find(({ id }) => id === templateId) ?? (await pickTemplate());
    if (!template) return undefined;
    const folder = target instanceof vscode.Uri ? target : await pickFolder();
    if (!folder) return undefined;
    try {
      const uri = await freeConfig(folder, template.id);
      if (!uri) return undefined;
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(template.text));
      await vscode.window.showTextDocument(uri);
      return uri;
    } catch (error) {
      await showError(log, "write the config", error);
      return undefined;
    }
  }

  async function openSample(): Promise<void> {
    try {
      const samples = await listSamples(vscode.Uri.joinPath(extensionUri, "dist", "samples"));
      const picked = await vscode.window.showQuickPick(samples, {
        title: "Unroll: Open Sample",
        placeHolder: "It is copied to a folder that you choose.",
        matchOnDetail: true,
      });
      if (!picked) return;
      const [parent] =
        (await vscode.window.showOpenDialog({
          canSelectFiles: false,
          canSelectFolders: true,
          openLabel: "Copy Sample Here",
          title: `Where to copy "${picked.label}"`,
        })) ?? [];
      if (!parent) return;
      const target = await freeFolder(parent, picked.folderName);
      await vscode.workspace.fs.copy(picked.uri, target);
      await openFolder(target);
    } catch (error) {
      await showError(log, "open the sample", error);
    }
  }

  return { newConfig, openSample };
}

async function pickTemplate() {
  const items = templates.map((template) => ({
    label: template.title,
    detail: template.description,
    template,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: "Unroll: New Config",
    placeHolder: "What should the network do?",
    matchOnDetail: true,
  });
  return picked?.template;
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length < 2) return folders[0]?.uri;
  return (await vscode.window.showWorkspaceFolderPick({ placeHolder: "In which folder?" }))?.uri;
}

/** `unroll.json`, or beside one that exists, a name that the person gives. Nothing is overwritten. */
async function freeConfig(folder: vscode.Uri, suggestion: string): Promise<vscode.Uri | undefined> {
  const usual = vscode.Uri.joinPath(folder, "unroll.json");
  if (!(await exists(usual))) return usual;
  const name = await vscode.window.showInputBox({
    title: "Unroll: New Config",
    prompt: "There is an unroll.json already. What is the new one called?",
    value: `${suggestion}.unroll.json`,
    valueSelection: [0, suggestion.length],
    validateInput: async (value) => {
      if (!/^[^\\/:*?"<>|]+\.unroll\.json$/.test(value))
        return "A file name that ends with .unroll.json.";
      return (await exists(vscode.Uri.joinPath(folder, value)))
        ? `${value} exists already.`
        : undefined;
    },
  });
  return name === undefined ? undefined : vscode.Uri.joinPath(folder, name);
}

interface Sample extends vscode.QuickPickItem {
  readonly uri: vscode.Uri;
  readonly folderName: string;
}

/** Each sample's README says in its heading what it is called and in its first paragraph what it shows. */
async function listSamples(root: vscode.Uri): Promise<readonly Sample[]> {
  const entries = await vscode.workspace.fs.readDirectory(root);
  const folders = entries.filter(([, type]) => type === vscode.FileType.Directory);
  return Promise.all(
    folders.map(async ([folderName]) => {
      const uri = vscode.Uri.joinPath(root, folderName);
      const { title, summary } = await readme(uri);
      return { label: title ?? folderName, detail: summary, uri, folderName };
    }),
  );
}

async function readme(folder: vscode.Uri): Promise<{ title?: string; summary?: string }> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, "README.md"));
    const text = new TextDecoder().decode(bytes);
    const title = /^#\s+(.+)$/m.exec(text)?.[1]?.trim();
    const paragraph = /^#\s+.+\n+([^#\n][^]*?)(?:\n\s*\n|$)/m.exec(text)?.[1];
    return { title, summary: paragraph?.replaceAll(/\s+/g, " ").replaceAll(/[`*_]/g, "").trim() };
  } catch {
    return {};
  }
}

async function openFolder(folder: vscode.Uri): Promise<void> {
  const here = "Open";
  const beside = "Open in New Window";
  const isEmpty = !vscode.workspace.workspaceFolders?.length;
  const choice = isEmpty
    ? here
    : await vscode.window.showInformationMessage(
        `The sample is in ${folder.fsPath}.`,
        { modal: true },
        here,
        beside,
      );
  if (choice)
    await vscode.commands.executeCommand("vscode.openFolder", folder, {
      forceNewWindow: choice === beside,
    });
}

async function freeFolder(parent: vscode.Uri, name: string): Promise<vscode.Uri> {
  for (let number = 1; ; number++) {
    const uri = vscode.Uri.joinPath(parent, number === 1 ? name : `${name}-${number}`);
    if (!(await exists(uri))) return uri;
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
