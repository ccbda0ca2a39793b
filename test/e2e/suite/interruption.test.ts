import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import {
  activate,
  answering,
  beginTraining,
  endless,
  stopTraining,
  until,
  untilSnapshot,
} from "./support.ts";

describe("a worker that is killed while it trains", () => {
  let probe: Probe;
  before(async () => {
    probe = await activate();
  });
  afterEach(() => stopTraining(probe));

  it("is reported by the run's name, leaves an interrupted run, and the run can be resumed", async () => {
    await beginTraining("killed", { epochs: endless, checkpointEveryUpdates: 2 });
    const { training } = await untilSnapshot(probe, "a checkpoint", (snapshot) => {
      const folder = snapshot.training?.runFolder;
      return folder !== undefined && existsSync(join(folder, "last.safetensors"));
    });
    assert.ok(training);

    await answering([], async (seen) => {
      await probe.killTrainingWorker();
      const { lastEnd } = await untilSnapshot(probe, "the death", ({ isTraining }) => !isTraining);
      assert.equal(lastEnd?.kind, "died", JSON.stringify(lastEnd));
      const report = await until("the report", () =>
        seen.find(({ text }) => text.includes("was interrupted")),
      );
      assert.ok(report.text.includes(training.runName), report.text);
      assert.match(report.text, /checkpoint is kept/);
      assert.ok(report.buttons.includes("Resume"), report.buttons.join(", "));
    });
    const interrupted = await until("the interrupted run", () =>
      probe
        .snapshot()
        .runs.find(
          (run) => run.folder === training.runFolder && run.record.state === "interrupted",
        ),
    );
    assert.match(probe.describeRun(interrupted).contextValue ?? "", /\bresumable\b/);

    await vscode.commands.executeCommand("unroll.resumeRun", training.runFolder);
    const resumed = await untilSnapshot(probe, "the run to go on", (snapshot) => {
      return snapshot.training?.runFolder === training.runFolder && snapshot.training.update > 2;
    });
    assert.ok(resumed.isTraining);
  });

  it("does not take the tracing worker with it", async () => {
    await beginTraining("killed-alone", { epochs: endless, checkpointEveryUpdates: 2 });
    const { training } = await untilSnapshot(probe, "a checkpoint", (snapshot) => {
      const folder = snapshot.training?.runFolder;
      return folder !== undefined && existsSync(join(folder, "last.safetensors"));
    });
    await until("the run in the list", () =>
      probe.snapshot().runs.find((run) => run.folder === training?.runFolder),
    );
    await answering([], async () => {
      const choice = { kind: "example", split: "validation", index: 0 };
      await vscode.commands.executeCommand("unroll.stepThrough", training?.runFolder, choice);
      await untilSnapshot(
        probe,
        "a trace",
        ({ trace }) => trace?.runFolder === training?.runFolder,
      );
      await probe.killTrainingWorker();
      await untilSnapshot(probe, "the death", ({ isTraining }) => !isTraining);
    });
    assert.equal(probe.snapshot().trace?.runFolder, training?.runFolder);
  });
});
