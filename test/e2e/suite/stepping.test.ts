import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { activate, answering, trainToEnd, until, untilSnapshot } from "./support.ts";

const validation = (index: number) => ({ kind: "example", split: "validation", index }) as const;

const run = (command: string) => vscode.commands.executeCommand(`unroll.${command}`);

describe("stepping through a sequence", () => {
  let probe: Probe;
  let runFolder: string;
  before(async () => {
    probe = await activate();
    runFolder = await trainToEnd(probe, "stepping", { cell: "lstm" });
  });

  const t = () => probe.snapshot().cursor?.t;

  it("opens a sequence of the data at its first step", async () => {
    await vscode.commands.executeCommand("unroll.stepThrough", runFolder, validation(0));
    const { trace, cursor } = await untilSnapshot(
      probe,
      "a trace",
      (each) => each.trace !== undefined,
    );
    assert.equal(trace?.runFolder, runFolder);
    assert.equal(trace?.steps, 12);
    assert.deepEqual(cursor, { layer: 0, direction: "forward", t: 0 });
    assert.ok(
      trace?.tensors.some(({ name }) => name === "layers.0.forward.f"),
      "no forget gate",
    );
    assert.ok(
      trace?.tensors.some(({ name }) => name === "grad.layers.0.forward.h"),
      "no gradient",
    );
  });

  it("moves exactly one step at a time, and stops at both ends", async () => {
    const places: (number | undefined)[] = [];
    for (const command of [
      "previousStep",
      "nextStep",
      "nextStep",
      "previousStep",
      "lastStep",
      "nextStep",
      "firstStep",
    ]) {
      await run(command);
      places.push(t());
    }
    assert.deepEqual(places, [0, 1, 2, 1, 11, 11, 0]);
  });

  it("shows the same numbers after going forth and back", async () => {
    const { trace } = probe.snapshot();
    assert.ok(trace);
    await run("lastStep");
    await run("firstStep");
    assert.equal(probe.snapshot().trace?.id, trace.id, "the trace was computed again");
  });

  it("plays to the last step and stops there", async () => {
    await vscode.workspace
      .getConfiguration()
      .update("unroll.playStepsPerSecond", 50, vscode.ConfigurationTarget.Workspace);
    try {
      await run("firstStep");
      await run("play");
      assert.equal(probe.snapshot().playing, true);
      await untilSnapshot(
        probe,
        "the last step",
        ({ cursor, playing }) => cursor?.t === 11 && !playing,
      );
    } finally {
      await vscode.workspace
        .getConfiguration()
        .update("unroll.playStepsPerSecond", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it("stops playing when asked, and when a step is taken by hand", async () => {
    await run("firstStep");
    await run("play");
    await run("play");
    assert.equal(probe.snapshot().playing, false, "playing twice is playing and stopping");
    await run("play");
    await run("nextStep");
    assert.equal(probe.snapshot().playing, false);
  });

  it("begins again at the first step with another sequence", async () => {
    await run("lastStep");
    const before = probe.snapshot().trace?.id;
    await vscode.commands.executeCommand("unroll.stepThrough", runFolder, validation(1));
    const { cursor } = await untilSnapshot(
      probe,
      "another trace",
      ({ trace }) => trace?.id !== before,
    );
    assert.equal(cursor?.t, 0);
  });

  it("makes the trace again after the tracing worker died, and keeps the place", async () => {
    await run("lastStep");
    const before = probe.snapshot().trace?.id;
    await probe.killTracingWorker();
    const { cursor } = await untilSnapshot(probe, "the trace again", ({ trace }) => {
      return trace !== undefined && trace.id !== before;
    });
    assert.equal(cursor?.t, 11);
  });

  it("says that a trace was cut short when the worker dies meanwhile, and shows the one before again", async () => {
    const before = probe.snapshot().trace;
    await answering([], async (seen) => {
      const opening = vscode.commands.executeCommand(
        "unroll.stepThrough",
        runFolder,
        validation(1),
      );
      // Not before the worker has been asked, and long before it can have answered.
      await probe.killTracingWorker();
      await until("the message", () => seen.length > 0, { seen: () => seen });
      await opening;
      assert.match(seen[0].text, /could not step through the sequence: The work was cut short/);
    });
    // It was gone with the worker, which is some time before the message.
    const { trace } = await untilSnapshot(
      probe,
      "the trace before",
      ({ trace }) => trace !== undefined,
    );
    assert.deepEqual(trace?.sequence, before?.sequence);
  });

  it("says what is wrong with a sequence that is not there, and keeps the trace that is open", async () => {
    const before = probe.snapshot().trace;
    await answering([], async (seen) => {
      await vscode.commands.executeCommand("unroll.stepThrough", runFolder, validation(1_000_000));
      await until("a message that says so", () =>
        seen.some(({ text }) => text.startsWith("Unroll could not step through")),
      );
    });
    assert.equal(probe.snapshot().trace?.id, before?.id);
  });
});
