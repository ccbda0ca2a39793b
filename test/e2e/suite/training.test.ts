import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import {
  activate,
  answering,
  beginTraining,
  endless,
  freshFolder,
  stopTraining,
  tinyConfig,
  trainToEnd,
  until,
  untilSnapshot,
} from "./support.ts";

describe("training", () => {
  let probe: Probe;
  before(async () => {
    probe = await activate();
  });
  afterEach(() => stopTraining(probe));

  it("trains a config to its end and keeps weights and measurements", async () => {
    const runFolder = await trainToEnd(probe, "train-to-end");
    const files = await readdir(runFolder);
    for (const file of [
      "run.json",
      "config.json",
      "metrics.jsonl",
      "last.safetensors",
      "best.safetensors",
    ]) {
      assert.ok(files.includes(file), `${file} is missing in ${files.join(", ")}`);
    }
    const { lastEnd, runs } = probe.snapshot();
    assert.ok(lastEnd?.kind === "result");
    assert.ok(Number.isFinite(lastEnd.result.validationLoss), JSON.stringify(lastEnd.result));
    assert.equal(runs.find(({ folder }) => folder === runFolder)?.record.state, "finished");
  });

  it("stands still while it is paused, goes on when resumed, and stops with a checkpoint", async () => {
    await beginTraining("pause", { epochs: endless });
    await untilSnapshot(probe, "some updates", ({ training }) => (training?.update ?? 0) > 0);

    await vscode.commands.executeCommand("unroll.pause");
    const paused = await untilSnapshot(
      probe,
      "the pause",
      ({ training }) => training?.state === "paused",
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(
      probe.snapshot().training?.update,
      paused.training?.update,
      "it trained on while paused",
    );

    await vscode.commands.executeCommand("unroll.resume");
    const pausedAt = paused.training?.update ?? 0;
    await untilSnapshot(
      probe,
      "it to go on",
      ({ training }) => training?.state === "training" && training.update > pausedAt,
    );

    await vscode.commands.executeCommand("unroll.stop");
    const { lastEnd, runs } = await untilSnapshot(
      probe,
      "the stop",
      ({ isTraining }) => !isTraining,
    );
    assert.ok(lastEnd?.kind === "result", JSON.stringify(lastEnd));
    assert.equal(lastEnd.result.state, "stopped");
    assert.ok(existsSync(join(lastEnd.result.runFolder, "last.safetensors")));
    const listed = await until("the stopped run in the list", () =>
      probe.snapshot().runs.find(({ folder, record }) => {
        return folder === lastEnd.result.runFolder && record.state === "stopped";
      }),
    );
    assert.equal(listed.record.update, lastEnd.result.updates, JSON.stringify(runs.length));
  });

  it("can be stopped while it is paused", async () => {
    await beginTraining("stop-paused", { epochs: endless });
    await untilSnapshot(probe, "some updates", ({ training }) => (training?.update ?? 0) > 0);
    await vscode.commands.executeCommand("unroll.pause");
    await untilSnapshot(probe, "the pause", ({ training }) => training?.state === "paused");
    await vscode.commands.executeCommand("unroll.stop");
    await untilSnapshot(probe, "the stop", ({ isTraining }) => !isTraining);
  });

  it("shows its progress to panels as it happens", async () => {
    await beginTraining("progress", { epochs: endless });
    await until("rows in the curves", () => {
      const { runs, training } = probe.curvesState();
      const shown = runs.find(({ runFolder }) => runFolder === training?.runFolder);
      return (shown?.rows.length ?? 0) > 1;
    });
  });

  it("asks when a second training is begun, and leaves the first alone when told so", async () => {
    await beginTraining("first", { epochs: endless });
    const { training } = await untilSnapshot(
      probe,
      "some updates",
      (each) => (each.training?.update ?? 0) > 0,
    );
    const seen = await answering(["Show the Running One"], () => beginTraining("second"));
    const question = seen.find(({ buttons }) => buttons.includes("Stop It and Train This"));
    assert.ok(question, JSON.stringify(seen));
    assert.match(question.text, /is training/);
    assert.equal(probe.snapshot().training?.runFolder, training?.runFolder);
    assert.ok(probe.snapshot().isTraining);
  });

  it("stops the first training for the second one when told so", async () => {
    await beginTraining("first-stopped", { epochs: endless });
    const first = await untilSnapshot(
      probe,
      "some updates",
      (each) => (each.training?.update ?? 0) > 0,
    );
    await answering(["Stop It and Train This"], () =>
      beginTraining("second-wins", { epochs: endless }),
    );
    const second = await untilSnapshot(probe, "the second training", ({ training }) => {
      return training !== undefined && training.runFolder !== first.training?.runFolder;
    });
    assert.match(second.training?.runFolder ?? "", /second-wins/);
    await untilSnapshot(probe, "the first run to be stopped", ({ runs }) =>
      runs.some(
        ({ folder, record }) => folder === first.training?.runFolder && record.state === "stopped",
      ),
    );
  });

  it("refuses a wrong config with its line, and makes no run", async () => {
    const text = tinyConfig().replace('"hidden": 6', '"hidden": "six"');
    const folder = await freshFolder("bad-config", { "unroll.json": text });
    const seen = await answering([], () =>
      vscode.commands.executeCommand("unroll.train", vscode.Uri.file(join(folder, "unroll.json"))),
    );
    const line = text.slice(0, text.indexOf('"hidden"')).split("\n").length;
    const refusals = seen.filter(({ text }) => text.startsWith("Nothing was trained"));
    assert.equal(refusals.length, 1, JSON.stringify(seen));
    assert.match(refusals[0].text, new RegExp(`line ${line}:.*hidden`));
    assert.equal(probe.snapshot().isTraining, false);
    assert.ok(!existsSync(join(folder, ".unroll")), "a run folder was made");
  });

  it("says which file is missing, and makes no run", async () => {
    const folder = await freshFolder("missing-file", {
      "unroll.json": JSON.stringify({
        data: { kind: "text", path: "nowhere.txt" },
        model: { layers: [{ cell: "rnn", hidden: 4 }] },
      }),
    });
    await answering([], async (seen) => {
      await vscode.commands.executeCommand(
        "unroll.train",
        vscode.Uri.file(join(folder, "unroll.json")),
      );
      await until(
        "a message that names the file",
        () => seen.some(({ text }) => text.includes("nowhere.txt")),
        { seen: () => seen },
      );
    });
    const { runs } = probe.snapshot();
    assert.ok(!runs.some((run) => dirname(dirname(dirname(run.folder))) === folder));
  });

  it("trains what the editor shows, and saves it first", async () => {
    const folder = await freshFolder("unsaved", { "unroll.json": tinyConfig({ epochs: 3 }) });
    const uri = vscode.Uri.file(join(folder, "unroll.json"));
    const document = await vscode.workspace.openTextDocument(uri);
    const offset = document.getText().indexOf('"epochs": 3');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(
      uri,
      new vscode.Range(document.positionAt(offset), document.positionAt(offset + 11)),
      '"epochs": 4',
    );
    await vscode.workspace.applyEdit(edit);
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand("unroll.train", uri);
    const run = await until("the run", () =>
      probe
        .snapshot()
        .runs.find((each) => each.folder.startsWith(folder) && each.record.state === "finished"),
    );
    assert.equal(run.record.epochs, 4);
    assert.equal(document.isDirty, false);
  });
});
