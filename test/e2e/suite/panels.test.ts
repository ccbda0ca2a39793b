import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { panelEditor, panelKinds, panelTitles } from "../../../src/host/ids.ts";
import { activate, trainToEnd, untilSnapshot } from "./support.ts";

const openTabs = (): readonly string[] =>
  vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => (input instanceof vscode.TabInputWebview ? [input.viewType] : [])),
  );

describe("panels", () => {
  let probe: Probe;
  before(async () => {
    probe = await activate();
    const runFolder = await trainToEnd(probe, "panels", { cell: "gru" });
    const choice = { kind: "example", split: "validation", index: 0 };
    await vscode.commands.executeCommand("unroll.stepThrough", runFolder, choice);
    await untilSnapshot(probe, "a trace", ({ trace }) => trace?.runFolder === runFolder);
  });
  beforeEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  for (const kind of panelKinds) {
    const title = panelTitles[kind];

    it(`opens ${title} in the side bar, where it asks for its state`, async () => {
      await vscode.commands.executeCommand(`unroll.open${title}`);
      await untilSnapshot(probe, `${title} to be ready`, ({ panels, readyCounts }) => {
        const isThere = panels.some((panel) => panel.kind === kind && panel.place === "sideBar");
        return isThere && (readyCounts[kind] ?? 0) > 0;
      });
    });

    it(`opens ${title} as an editor tab, once`, async () => {
      const before = probe.snapshot().readyCounts[kind] ?? 0;
      await vscode.commands.executeCommand(`unroll.open${title}InEditor`);
      await untilSnapshot(probe, `${title} to be ready`, ({ panels, readyCounts }) => {
        const isThere = panels.some((panel) => panel.kind === kind && panel.place === "editor");
        return isThere && (readyCounts[kind] ?? 0) > before;
      });
      await vscode.commands.executeCommand(`unroll.open${title}InEditor`);
      assert.equal(
        openTabs().filter((type) => type.endsWith(panelEditor(kind))).length,
        1,
        openTabs().join(", "),
      );
    });
  }

  it("loses nothing when a panel is closed: trace and cursor stay, and an opened one is told them", async () => {
    await vscode.commands.executeCommand("unroll.openGatesInEditor");
    await vscode.commands.executeCommand("unroll.lastStep");
    const { trace, cursor, readyCounts } = probe.snapshot();
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    assert.deepEqual(probe.snapshot().cursor, cursor);
    await vscode.commands.executeCommand("unroll.openGatesInEditor");
    await untilSnapshot(
      probe,
      "Gates again",
      (each) => (each.readyCounts.gates ?? 0) > (readyCounts.gates ?? 0),
    );
    const state = probe.panelState();
    assert.equal(state.trace?.id, trace?.id);
    assert.deepEqual(state.cursor, cursor);
  });
});
