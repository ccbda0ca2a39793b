/** Tells the editor what is the case, so that menus, keys and welcome pages show what makes sense. */
import * as vscode from "vscode";
import { configGlob, findConfigs } from "./editors/configFiles.ts";
import { contextKeys } from "./ids.ts";
import type { Player } from "./tracing/player.ts";
import type { SnapshotView } from "./tracing/snapshotView.ts";
import type { TraceStore } from "./tracing/traceStore.ts";
import type { TrainingController } from "./training/trainingController.ts";
import type { RunLibrary } from "./views/runLibrary.ts";

interface Sources {
  readonly training: TrainingController;
  readonly library: RunLibrary;
  readonly traces: TraceStore;
  readonly snapshots: SnapshotView;
  readonly player: Player;
}

export function maintainContexts({
  training,
  library,
  traces,
  snapshots,
  player,
}: Sources): vscode.Disposable {
  const known = new Map<string, unknown>();
  function set(key: string, value: unknown): void {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  }

  const setTraining = (): void => {
    const state = training.request
      ? training.status?.state === "paused"
        ? "paused"
        : "training"
      : "none";
    set(contextKeys.training, state);
  };
  const setRuns = (): void => set(contextKeys.hasRuns, library.runs.length > 0);
  const setTrace = (): void => set(contextKeys.hasTrace, traces.current !== undefined);
  const setSnapshots = (): void => set(contextKeys.hasSnapshots, snapshots.shown !== undefined);
  const setPlaying = (): void => set(contextKeys.playing, player.playing);
  const setConfigs = async (): Promise<void> =>
    set(contextKeys.hasConfig, (await findConfigs()).length > 0);

  setTraining();
  setRuns();
  setTrace();
  setSnapshots();
  setPlaying();
  void setConfigs();
  const configs = vscode.workspace.createFileSystemWatcher(configGlob, false, true, false);
  return vscode.Disposable.from(
    configs,
    configs.onDidCreate(setConfigs),
    configs.onDidDelete(setConfigs),
    vscode.workspace.onDidChangeWorkspaceFolders(setConfigs),
    training.onDidChange(setTraining),
    library.onDidChange(setRuns),
    traces.onDidChange(setTrace),
    traces.onDidChange(setSnapshots),
    snapshots.onDidChange(setSnapshots),
    player.onDidChange(setPlaying),
  );
}
