import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { readRun } from "../../../src/runs/runFolder.ts";
import { replacing } from "./dialogs.ts";
import {
  activate,
  answering,
  endless,
  stopTraining,
  tinyConfig,
  until,
  untilSnapshot,
} from "./support.ts";

interface ConfigItem extends vscode.QuickPickItem {
  readonly uri: vscode.Uri;
}

const writeConfig = ({ uri }: vscode.WorkspaceFolder, epochs: number) =>
  writeFile(
    join(uri.fsPath, "unroll.json"),
    tinyConfig({ epochs, checkpointEveryUpdates: 2, cell: "gru" }),
  );
const runsIn = ({ uri }: vscode.WorkspaceFolder) => join(uri.fsPath, ".unroll/runs");

/** Trains the config that the person picks, whose items are returned. */
async function trainIn(folder: vscode.WorkspaceFolder): Promise<readonly ConfigItem[]> {
  let offered: readonly ConfigItem[] = [];
  const showQuickPick = async (items: readonly ConfigItem[]) => {
    offered = items;
    return items.find(({ uri }) => dirname(uri.fsPath) === folder.uri.fsPath);
  };
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  await replacing({ showQuickPick }, () => vscode.commands.executeCommand("unroll.train"));
  return offered;
}

describe("a workspace of several folders", () => {
  let probe: Probe;
  let north: vscode.WorkspaceFolder;
  let south: vscode.WorkspaceFolder;
  before(async () => {
    probe = await activate();
    [north, south] = vscode.workspace.workspaceFolders ?? [];
    assert.equal(south?.name, "south");
    await writeConfig(north, 2);
    await writeConfig(south, 2);
  });
  afterEach(() => stopTraining(probe));

  it("names the folder of each config, and trains each into its own folder", async () => {
    for (const folder of [north, south]) {
      const before = probe.snapshot().lastEnd;
      const offered = await trainIn(folder);
      const shown = offered.map(({ label, description }) => `${description}/${label}`);
      assert.deepEqual(shown, ["north/unroll.json", "south/unroll.json"]);
      const { lastEnd } = await untilSnapshot(probe, "the end", (each) => each.lastEnd !== before);
      assert.ok(lastEnd?.kind === "result", JSON.stringify(lastEnd));
      assert.equal(dirname(lastEnd.result.runFolder), runsIn(folder));
    }
    for (const folder of [north, south]) assert.equal((await readdir(runsIn(folder))).length, 1);
    await untilSnapshot(probe, "both runs", ({ runs }) => runs.length === 2);
  });

  it("stops a training whose folder is removed, with its checkpoint, and finds the run again later", async () => {
    await writeConfig(south, endless);
    await trainIn(south);
    const { training } = await untilSnapshot(probe, "a checkpoint", (snapshot) => {
      const folder = snapshot.training?.runFolder;
      return folder !== undefined && existsSync(join(folder, "best.safetensors"));
    });
    assert.ok(training);
    const { runFolder } = training;
    const choice = { kind: "example", split: "validation", index: 1 };
    await vscode.commands.executeCommand("unroll.stepThrough", runFolder, choice);
    await vscode.commands.executeCommand("unroll.lastStep");
    const before = probe.snapshot().trace;
    assert.equal(before?.runFolder, runFolder);

    await answering([], async (seen) => {
      assert.ok(vscode.workspace.updateWorkspaceFolders(1, 1), "the folder was not removed");
      const { text } = await until("the message", () =>
        seen.find(({ text }) => text.includes("stopped")),
      );
      assert.match(text, /because its folder "south" was removed.*Its last checkpoint is kept/);
    });
    assert.equal((await readRun(runFolder)).record.state, "stopped");
    await untilSnapshot(probe, "its runs to leave the list", ({ runs }) =>
      runs.every(({ folder }) => !folder.startsWith(south.uri.fsPath)),
    );
    // What is open stays open, as a file of that folder would, and can be stepped through.
    const { cursor } = await untilSnapshot(probe, "the trace again", ({ trace }) => {
      return trace?.runFolder === runFolder && trace !== before;
    });
    assert.equal(cursor?.t, 11);
    await vscode.commands.executeCommand("unroll.previousStep");
    assert.equal(probe.snapshot().cursor?.t, 10);

    vscode.workspace.updateWorkspaceFolders(1, 0, { uri: south.uri });
    const run = await until("the run in the list", () =>
      probe.snapshot().runs.find(({ folder }) => folder === runFolder),
    );
    assert.match(probe.describeRun(run).contextValue ?? "", /\bresumable\b/);
  });

  it("leaves a training alone when another folder is removed", async () => {
    const third = vscode.Uri.joinPath(north.uri, "..", "third");
    await vscode.workspace.fs.createDirectory(third);
    const add = new Promise((resolve) => vscode.workspace.onDidChangeWorkspaceFolders(resolve));
    vscode.workspace.updateWorkspaceFolders(2, 0, { uri: third });
    await add;
    await trainIn(south);
    const { training } = await untilSnapshot(probe, "some updates", (snapshot) => {
      return (snapshot.training?.update ?? 0) > 0;
    });
    const removed = new Promise((resolve) => vscode.workspace.onDidChangeWorkspaceFolders(resolve));
    vscode.workspace.updateWorkspaceFolders(2, 1);
    await removed;
    await untilSnapshot(probe, "it to go on", (snapshot) => {
      return (snapshot.training?.update ?? 0) > (training?.update ?? 0) + 20;
    });
  });
});
