import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { replacing } from "./dialogs.ts";
import { activate, answering, trainToEnd, until } from "./support.ts";

describe("the Runs view", () => {
  let probe: Probe;
  let older: string;
  let newer: string;
  before(async () => {
    probe = await activate();
    older = await trainToEnd(probe, "runs-older");
    newer = await trainToEnd(probe, "runs-newer", { cell: "gru" });
  });

  const runOf = (folder: string) => probe.snapshot().runs.find((run) => run.folder === folder);

  it("lists runs of every config, the newest first", () => {
    const folders = probe.snapshot().runs.map(({ folder }) => folder);
    assert.ok(folders.includes(older) && folders.includes(newer), folders.join("\n"));
    assert.ok(folders.indexOf(newer) < folders.indexOf(older), folders.join("\n"));
  });

  it("says state, final loss and duration", () => {
    const run = runOf(newer);
    assert.ok(run);
    const item = probe.describeRun(run);
    assert.equal(item.label, "tiny");
    assert.match(String(item.description), /^loss \d\S* · \d+ m?s$/);
    assert.equal((item.iconPath as vscode.ThemeIcon).id, "pass");
    assert.match(item.contextValue ?? "", /\bsteppable\b/);
    assert.doesNotMatch(item.contextValue ?? "", /\bresumable\b/);
    const tooltip = (item.tooltip as vscode.MarkdownString).value.replaceAll("&nbsp;", " ");
    assert.match(tooltip, /GRU 6, \d+ parameters/);
  });

  it("renames a run", async () => {
    const window = vscode.window as { showInputBox: unknown };
    const original = window.showInputBox;
    window.showInputBox = async () => "a better name";
    try {
      await vscode.commands.executeCommand("unroll.renameRun", newer);
    } finally {
      window.showInputBox = original;
    }
    assert.equal(runOf(newer)?.record.name, "a better name");
  });

  it("does not take an empty name", async () => {
    let asked: vscode.InputBoxOptions | undefined;
    const showInputBox = async (options: vscode.InputBoxOptions) => void (asked = options);
    await replacing({ showInputBox }, () =>
      vscode.commands.executeCommand("unroll.renameRun", newer),
    );
    assert.equal(asked?.value, "a better name");
    assert.equal(await asked.validateInput?.("  "), "A run needs a name.");
    assert.equal(runOf(newer)?.record.name, "a better name", "dismissing is no renaming");
  });

  it("reveals the folder of a run, by a command that the editor has", async () => {
    const { executeCommand } = vscode.commands;
    const run: (readonly unknown[])[] = [];
    const commands = vscode.commands as { executeCommand: unknown };
    commands.executeCommand = (...call: [string, ...unknown[]]) => {
      run.push(call);
      return executeCommand(...call);
    };
    try {
      await executeCommand("unroll.revealRun", newer);
    } finally {
      commands.executeCommand = executeCommand;
    }
    const [[command, uri]] = run;
    assert.match(String(command), /^reveal(?:InExplorer|FileInOS)$/);
    assert.equal((uri as vscode.Uri).fsPath, newer);
  });

  it("compares the curves of several runs", async () => {
    await vscode.commands.executeCommand("unroll.compareCurves", runOf(older), [
      runOf(older),
      runOf(newer),
    ]);
    const { runs: curves } = probe.curvesState();
    assert.deepEqual(new Set(curves.map(({ runFolder }) => runFolder)), new Set([older, newer]));
    for (const { name, rows, lossUnit } of curves) {
      assert.ok(rows.length > 0, `${name} has no rows`);
      assert.equal(lossUnit, "mean squared error");
    }
  });

  it("keeps a run when the deletion is not confirmed", async () => {
    const seen = await answering([], () =>
      vscode.commands.executeCommand("unroll.deleteRuns", older),
    );
    assert.ok(
      seen.some(({ text }) => text.startsWith('Delete the run "tiny"')),
      JSON.stringify(seen),
    );
    assert.ok(existsSync(older));
  });

  it("deletes a run that was confirmed, and shows the other's curves", async () => {
    const seen = await answering(["Move to Trash", "Delete Permanently"], () =>
      vscode.commands.executeCommand("unroll.deleteRuns", older),
    );
    assert.ok(!existsSync(older), JSON.stringify(seen));
    assert.equal(runOf(older), undefined);
    await until("the curves of the other", () => {
      const { runs: curves } = probe.curvesState();
      return curves.length === 1 && curves[0].runFolder === newer;
    });
  });
});
