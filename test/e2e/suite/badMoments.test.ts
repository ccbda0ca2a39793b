import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { inDialogs } from "./dialogs.ts";
import {
  activate,
  answering,
  beginTraining,
  endless,
  endOfTraining,
  freshFolder,
  stopTraining,
  tinyConfig,
  trainFiles,
  trainToEnd,
  until,
  untilSnapshot,
} from "./support.ts";
import { exploding, forecaster, writer } from "./trainings.ts";

const validation = { kind: "example", split: "validation", index: 0 } as const;
const configFolderOf = (runFolder: string) => dirname(dirname(dirname(runFolder)));

describe("when something is in the way", () => {
  let probe: Probe;
  before(async () => {
    probe = await activate();
  });
  afterEach(() => stopTraining(probe));

  it("says that runs cannot be written, and leaves alone what is there", async () => {
    const files = { "unroll.json": tinyConfig(), ".unroll": "somebody's notes" };
    const folder = await freshFolder("no-run-folder", files);
    await answering([], async (seen) => {
      await vscode.commands.executeCommand(
        "unroll.train",
        vscode.Uri.file(join(folder, "unroll.json")),
      );
      const { text } = await until("the message", () =>
        seen.find(({ text }) => text.includes("could not train")),
      );
      assert.match(text, /no-run-folder.*\.unroll.*a file is where a folder should be.*Move/);
    });
    assert.equal(await readFile(join(folder, ".unroll"), "utf8"), "somebody's notes");
    assert.equal(probe.snapshot().isTraining, false);
  });

  it("ends a training whose folder is deleted under it, and says which file it could not write", async () => {
    await beginTraining("vanishing", { epochs: endless, checkpointEveryUpdates: 2 });
    const { training } = await untilSnapshot(probe, "some updates", (snapshot) => {
      return (snapshot.training?.update ?? 0) > 4;
    });
    assert.ok(training);
    await answering([], async (seen) => {
      await rm(configFolderOf(training.runFolder), { recursive: true, force: true, maxRetries: 5 });
      await untilSnapshot(probe, "the end", ({ isTraining }) => !isTraining);
      const { text } = await until("the message", () =>
        seen.find(({ text }) => text.includes("failed") || text.includes("could not")),
      );
      assert.match(text, /vanishing/);
      assert.match(text, /does not exist|deleted or moved/);
    });
  });

  it("stops at a loss that is no number: says where it began, and keeps the last good weights", async () => {
    let runFolder = "";
    await answering([], async (seen) => {
      const end = await endOfTraining(probe, "exploding", exploding);
      assert.ok(end.kind === "result", JSON.stringify(end));
      assert.equal(end.result.state, "failed", JSON.stringify(end.result));
      runFolder = end.result.runFolder;
      const { text } = await until("the message", () =>
        seen.find(({ text }) => text.includes("failed")),
      );
      assert.match(text, /"exploding" failed: The (?:loss|gradient) became (?:NaN|infinite)/);
      assert.match(
        text,
        /it began in .*, at time step \d+, unit \d+, at update \d+ \(epoch 1\)/,
        text,
      );
      assert.match(text, /lower the learning rate/);
      assert.match(text, /The checkpoint of update \d+ is kept/);
    });
    const run = await until("the failed run in the list", () =>
      probe.snapshot().runs.find(({ folder, record }) => {
        return folder === runFolder && record.state === "failed";
      }),
    );
    const item = probe.describeRun(run);
    assert.match(String(item.description), /failed/);
    assert.equal((item.iconPath as vscode.ThemeIcon).id, "error");
    assert.match((item.tooltip as vscode.MarkdownString).value, /became/);
    await vscode.commands.executeCommand("unroll.stepThrough", runFolder, validation);
    assert.equal(probe.snapshot().trace?.runFolder, runFolder, "its weights cannot be looked at");
  });

  it("offers the last checkpoint where the best one is damaged", async () => {
    const runFolder = await trainToEnd(probe, "truncated");
    const best = join(runFolder, "best.safetensors");
    await truncate(best, Math.floor((await stat(best)).size / 2));
    const stepThrough = () =>
      vscode.commands.executeCommand("unroll.stepThrough", runFolder, validation);

    const before = probe.snapshot().trace?.id;
    const dismissed = await answering([], stepThrough);
    assert.match(
      dismissed[0].text,
      /"best" checkpoint is damaged\. Not a valid safetensors file/,
      dismissed[0].text,
    );
    assert.equal(probe.snapshot().trace?.id, before, "a trace was opened all the same");

    await answering(["Use the Last Checkpoint"], stepThrough);
    const { trace } = probe.snapshot();
    assert.equal(trace?.runFolder, runFolder);
    assert.equal(trace.checkpoint, "last");
  });

  it("says which file is damaged where both checkpoints are", async () => {
    const runFolder = await trainToEnd(probe, "both-truncated");
    for (const name of ["best", "last"]) await truncate(join(runFolder, `${name}.safetensors`), 20);
    const seen = await answering(["Use the Last Checkpoint"], () =>
      vscode.commands.executeCommand("unroll.stepThrough", runFolder, validation),
    );
    assert.equal(seen.length, 2, JSON.stringify(seen));
    assert.match(seen[1].text, /could not step through.*"last" checkpoint is damaged/);
  });

  it("says in the list why the data cannot be read, and still reads what is typed", async () => {
    const runFolder = await trainFiles(probe, "data-gone", writer("forgetful"));
    await rm(join(configFolderOf(runFolder), "text.txt"));
    const stepThrough = () => vscode.commands.executeCommand("unroll.stepThrough", runFolder);

    const seen = await answering([], () =>
      inDialogs(stepThrough, async (dialogs) => {
        const { detail } = await dialogs.take(/data cannot be read/);
        assert.match(String(detail), /text\.txt/);
      }),
    );
    assert.equal(seen.length, 1, JSON.stringify(seen));
    assert.match(seen[0].text, /text\.txt.*type yourself needs no data/);
    assert.deepEqual(seen[0].buttons, ["Show Log"], "a file that is gone cannot be opened");

    await inDialogs(stepThrough, async (dialogs) => {
      await dialogs.take(/Type a sequence/);
      await dialogs.type("calm");
    });
    assert.equal(probe.snapshot().trace?.steps, 4);
  });

  it("says what is gone where nothing can be typed", async () => {
    const files = forecaster({ targets: ["temperature"] });
    const runFolder = await trainFiles(probe, "table-gone", files);
    const table = join(configFolderOf(runFolder), "weather.csv");
    await rename(table, `${table}.away`);
    const seen = await answering([], () =>
      vscode.commands.executeCommand("unroll.stepThrough", runFolder),
    );
    assert.match(seen[0].text, /data of "weather" cannot be read.*weather\.csv/);
  });

  it("trains and steps through sequences of a single step", async () => {
    const files = forecaster({ targets: ["temperature"], window: 1 });
    const runFolder = await trainFiles(probe, "one-step", files);
    await vscode.commands.executeCommand("unroll.stepThrough", runFolder, validation);
    const { trace, cursor } = probe.snapshot();
    assert.equal(trace?.runFolder, runFolder);
    assert.equal(trace.steps, 1);
    assert.equal(cursor?.t, 0);
    assert.ok(existsSync(join(runFolder, "last.safetensors")));
  });
});
