import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { inDialogs, replacing, textOf, type Dialogs } from "./dialogs.ts";
import { activate, trainFiles, trainToEnd, until } from "./support.ts";
import { writer } from "./trainings.ts";

interface RunItem extends vscode.QuickPickItem {
  readonly run: { readonly folder: string };
}

describe("choosing what to step through", () => {
  let probe: Probe;
  let textRun: string;
  let numberRun: string;
  before(async () => {
    probe = await activate();
    textRun = await trainFiles(probe, "typed", writer("sailor"));
    numberRun = await trainToEnd(probe, "typed-numbers");
  });

  const stepThrough = (answers: (dialogs: Dialogs) => Promise<void>) =>
    inDialogs(() => vscode.commands.executeCommand("unroll.stepThrough", textRun), answers);

  it("reads a text that is typed, one character a step", async () => {
    await stepThrough(async (dialogs) => {
      await dialogs.take(/Type a sequence/);
      await dialogs.type("the ship");
    });
    const { trace, cursor } = probe.snapshot();
    assert.equal(trace?.runFolder, textRun);
    assert.deepEqual(trace.sequence.choice, { kind: "typed", text: "the ship" });
    assert.equal(trace.steps, 8);
    assert.equal(cursor?.t, 0);
  });

  it("reads a single character, where every step is both the first and the last", async () => {
    await stepThrough(async (dialogs) => {
      await dialogs.take(/Type a sequence/);
      await dialogs.type("s");
    });
    assert.equal(probe.snapshot().trace?.steps, 1);
    for (const command of ["nextStep", "lastStep", "previousStep", "play"]) {
      await vscode.commands.executeCommand(`unroll.${command}`);
      const { cursor, playing } = probe.snapshot();
      assert.deepEqual({ t: cursor?.t, playing }, { t: 0, playing: false }, command);
    }
  });

  it("names a character that the network never saw, and lets it be mended where it was typed", async () => {
    await stepThrough(async (dialogs) => {
      await dialogs.take(/Type a sequence/);
      const before = await dialogs.box();
      await dialogs.type("the shüp");
      const again = await until("the box to come back", async () => {
        const box = await dialogs.box();
        return box !== before && box;
      });
      assert.equal(again.value, "the shüp");
      assert.match(textOf(again.validationMessage), /does not know the character "ü".*column 7/);
      await dialogs.type("the ship");
    });
    assert.equal(probe.snapshot().trace?.steps, 8);
  });

  it("does not take an empty text", async () => {
    const trace = probe.snapshot().trace?.id;
    await stepThrough(async (dialogs) => {
      await dialogs.take(/Type a sequence/);
      await dialogs.type("");
      const box = await dialogs.box();
      await until("the reason", () => /at least one/.test(textOf(box.validationMessage)));
      box.hide();
    });
    assert.equal(probe.snapshot().trace?.id, trace);
  });

  it("offers sequences of the data, those that were never trained on first", async () => {
    let taken: vscode.QuickPickItem | undefined;
    await stepThrough(async (dialogs) => {
      taken = await dialogs.take(/^(?!.*Type a sequence)(?!.*\(\d+\)$)/);
    });
    const { trace } = probe.snapshot();
    assert.deepEqual(trace?.sequence.choice, (taken as { choice?: unknown }).choice);
    assert.ok(trace?.sequence.choice.kind === "example");
    assert.equal(trace.sequence.choice.split, "validation");
  });

  it("offers the runs with their configs when several could be meant", async () => {
    let offered: readonly RunItem[] = [];
    const showQuickPick = async (items: readonly RunItem[]) => {
      offered = items;
      return items.find(({ run }) => run.folder === numberRun);
    };
    await replacing({ showQuickPick }, () =>
      inDialogs(
        () => vscode.commands.executeCommand("unroll.stepThrough"),
        async (dialogs) => void (await dialogs.take(/^(?!.*\(\d+\)$)/)),
      ),
    );
    const details = offered.map(({ detail }) => detail ?? "");
    assert.ok(
      details.some((detail) => detail.startsWith("typed/unroll.json")),
      details.join(" | "),
    );
    assert.equal(probe.snapshot().trace?.runFolder, numberRun);
  });
});
