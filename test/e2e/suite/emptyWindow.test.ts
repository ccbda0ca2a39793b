import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import type { CommandId } from "../../../src/host/commands/commandIds.ts";
import { replacing } from "./dialogs.ts";
import { activate, answering, untilSnapshot } from "./support.ts";

const needFolder: readonly CommandId[] = [
  "unroll.newConfig",
  "unroll.train",
  "unroll.stepThrough",
  "unroll.nextStep",
  "unroll.generate",
  "unroll.forecast",
  "unroll.showConfusion",
  "unroll.resumeRun",
  "unroll.renameRun",
  "unroll.deleteRuns",
  "unroll.revealRun",
  "unroll.openRunConfig",
  "unroll.compareCurves",
];

describe("a window without a folder", () => {
  let probe: Probe;
  before(async () => {
    probe = await activate();
  });

  for (const command of needFolder) {
    it(`says that ${command} needs a folder, and offers to open one`, async () => {
      const seen = await answering([], () => vscode.commands.executeCommand(command));
      assert.equal(seen.length, 1, JSON.stringify(seen));
      assert.match(seen[0].text, /^Unroll needs an open folder to /);
      assert.deepEqual(seen[0].buttons, ["Open Folder…"]);
    });
  }

  it("offers the samples all the same", async () => {
    let offered = 0;
    const showQuickPick = async (items: readonly unknown[]) => void (offered = items.length);
    const seen = await replacing({ showQuickPick }, () =>
      answering([], () => vscode.commands.executeCommand("unroll.openSample")),
    );
    assert.ok(offered >= 4, `${offered} samples`);
    assert.deepEqual(seen, []);
  });

  it("takes no harm from commands that have nothing to act on", async () => {
    const commands = ["pause", "resume", "stop", "play", "stopPlaying", "refreshRuns"];
    const seen = await answering([], async () => {
      for (const command of commands) await vscode.commands.executeCommand(`unroll.${command}`);
    });
    assert.deepEqual(seen, []);
  });

  it("opens panels, which have nothing to show", async () => {
    await vscode.commands.executeCommand("unroll.openCurvesInEditor");
    await untilSnapshot(probe, "the panel", (each) => (each.readyCounts.curves ?? 0) > 0);
    assert.deepEqual(probe.curvesState().runs, []);
  });
});
