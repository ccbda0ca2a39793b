/** All runs of the workspace, newest first, kept up to date with what is on disk. */
import { dirname } from "node:path";
import * as vscode from "vscode";
import { configFileOf, readRun, readRuns, updateRecord, type Run } from "../../runs/runFolder.ts";
import { findConfigs } from "../editors/configFiles.ts";
import { explain, type Log } from "../log.ts";
import type { TrainingController } from "../training/trainingController.ts";

export interface RunLibrary extends vscode.Disposable {
  readonly runs: readonly Run[];
  find(runFolder: string): Run | undefined;
  /** Of one config, newest first. */
  ofConfig(configFile: string): readonly Run[];
  refresh(): Promise<void>;
  /** A training whose worker was lost says so in its run, which can then be resumed. */
  markInterrupted(runFolder: string): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

/** A change on disk is followed by others; a training writes its record many times a second. */
const settleMs = 150;
const leastPauseMs = 1000;
const runFiles = "**/.unroll/runs/*/run.json";

export function createRunLibrary(training: TrainingController, log: Log): RunLibrary {
  const changed = new vscode.EventEmitter<void>();
  let runs: readonly Run[] = [];
  let configFolders: readonly string[] = [];
  let isSearchDue = true;
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> | undefined;
  let readAgain = false;
  let readAt = 0;

  async function read(): Promise<void> {
    // Folders may come and go while they are searched.
    while (isSearchDue) {
      isSearchDue = false;
      configFolders = await findConfigFolders();
    }
    const listings = await Promise.all(configFolders.map(list));
    const found = listings.flat();
    const newestFirst = found.toSorted((a, b) =>
      b.record.createdAt.localeCompare(a.record.createdAt),
    );
    runs = newestFirst;
    readAt = Date.now();
    changed.fire();
  }

  async function list(folder: string): Promise<readonly Run[]> {
    try {
      const { runs, skipped } = await readRuns(folder);
      for (const { folder, reason } of skipped) log.debug(`Left out ${folder}: ${reason}`);
      return runs;
    } catch (error) {
      log.warn(`Could not list the runs of ${folder}: ${explain(error).message}`);
      return [];
    }
  }

  /** One reading at a time; who asks meanwhile gets one that began later. */
  function refresh(): Promise<void> {
    if (reading) {
      readAgain = true;
      return reading;
    }
    reading = (async () => {
      do {
        readAgain = false;
        await read();
      } while (readAgain);
    })().finally(() => (reading = undefined));
    return reading;
  }

  function refreshSoon(): void {
    // Not put off by further changes, which may never stop.
    timer ??= setTimeout(
      () => {
        timer = undefined;
        void refresh();
      },
      Math.max(settleMs, readAt + leastPauseMs - Date.now()),
    );
  }

  function searchAgain(): void {
    isSearchDue = true;
    refreshSoon();
  }

  /** A training ends later than its folder leaves the workspace, and does not bring it back. */
  function isNewFolder(config: string): boolean {
    return (
      vscode.workspace.getWorkspaceFolder(vscode.Uri.file(config)) !== undefined &&
      !configFolders.includes(dirname(config))
    );
  }

  const watcher = vscode.workspace.createFileSystemWatcher(runFiles);
  const subscriptions = [
    changed,
    watcher,
    watcher.onDidChange(refreshSoon),
    watcher.onDidCreate(searchAgain),
    watcher.onDidDelete(refreshSoon),
    vscode.workspace.onDidChangeWorkspaceFolders(searchAgain),
    // File events may be late or missing on network drives; our own training needs none.
    training.onDidChange(() => {
      const config = training.request?.configFile;
      if (config && isNewFolder(config)) configFolders = [...configFolders, dirname(config)];
      refreshSoon();
    }),
    training.onDidEnd(() => void refresh()),
  ];

  return {
    get runs() {
      return runs;
    },
    find: (runFolder) => runs.find((run) => run.folder === runFolder),
    ofConfig: (configFile) => runs.filter((run) => configFileOf(run) === configFile),
    refresh() {
      isSearchDue = true;
      return refresh();
    },
    async markInterrupted(runFolder) {
      const { record } = await readRun(runFolder);
      if (record.state !== "training" && record.state !== "paused") return;
      await updateRecord(runFolder, { state: "interrupted" });
      await refresh();
    },
    onDidChange: changed.event,
    dispose() {
      clearTimeout(timer);
      vscode.Disposable.from(...subscriptions).dispose();
    },
  };
}

/** Every folder that may hold `.unroll`: beside a config, at a root, or where runs outlived their config. */
async function findConfigFolders(): Promise<readonly string[]> {
  const roots = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === "file",
  );
  const records = await vscode.workspace.findFiles(runFiles, "**/node_modules/**", 1000);
  const ofRecords = records.map(({ fsPath }) => dirname(dirname(dirname(dirname(fsPath)))));
  const configs = await findConfigs();
  const folders = [
    ...roots.map(({ uri }) => uri.fsPath),
    ...configs.map(({ fsPath }) => dirname(fsPath)),
    ...ofRecords,
  ];
  return [...new Set(folders)];
}
