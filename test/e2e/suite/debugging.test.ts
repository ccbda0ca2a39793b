/** Beginning to debug: what a configuration leaves out, what it gets wrong, and where the panels stand. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { inDialogs } from "./dialogs.ts";
import { activate, answering, endOfTraining, trainFiles, until, untilSnapshot } from "./support.ts";
import { exploding, sentence, writer } from "./trainings.ts";

const stopAll = (): Thenable<void> => vscode.debug.stopDebugging();
interface Variable {
  readonly name: string;
  readonly variablesReference: number;
}

const noSession = (): boolean => vscode.debug.activeDebugSession === undefined;

const launch = (more: object): Thenable<boolean> =>
  vscode.debug.startDebugging(undefined, {
    type: "unroll",
    request: "launch",
    name: "test",
    ...more,
  });

describe("debugging a sequence", () => {
  let probe: Probe;
  let runFolder: string;
  let folder: string;
  before(async () => {
    probe = await activate();
    runFolder = await trainFiles(probe, "debugging", writer("debugged"));
    folder = join(runFolder, "../../..");
  });
  afterEach(async () => {
    await stopAll();
    await until("the session to end", noSession);
  });

  /** Where the panels are once the session stands somewhere. */
  const standing = (steps: number) =>
    untilSnapshot(probe, `a program of ${steps} steps`, ({ trace }) => trace?.steps === steps);

  it("takes the newest run of a config, and shows its sequence in the panels", async () => {
    const config = join(folder, "unroll.json");
    assert.ok(await launch({ config, sequence: { text: "the ship" } }));
    const { trace, cursor } = await standing(8);
    assert.equal(trace?.runFolder, runFolder);
    assert.equal(cursor?.t, 0);
  });

  it("finds a run by its name, and steps the cursor of all panels", async () => {
    assert.ok(await launch({ run: "debugged", sequence: { text: "the sea" } }));
    await standing(7);
    await vscode.commands.executeCommand("workbench.action.debug.stepOver");
    await untilSnapshot(probe, "the second step", ({ cursor }) => cursor?.t === 1);
  });

  it("opens the timeline beside the text when panels stand only where Run and Debug will come", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await vscode.commands.executeCommand("unroll.openTimeline");
    await untilSnapshot(probe, "the timeline in the side bar", ({ panels }) =>
      panels.some(({ kind, place }) => kind === "timeline" && place === "sideBar"),
    );
    assert.ok(await launch({ run: runFolder, sequence: { text: "the ship" } }));
    await standing(8);
    await untilSnapshot(probe, "the timeline in a tab", ({ panels }) =>
      panels.some(({ kind, place }) => kind === "timeline" && place === "editor"),
    );
  });

  it("asks for the sequence that a configuration leaves out", async () => {
    await inDialogs(
      () => launch({ run: runFolder }),
      async (dialogs) => void (await dialogs.take(/^(?!.*Type a sequence)(?!.*\(\d+\)$)/)),
    );
    const { trace } = await untilSnapshot(
      probe,
      "an example",
      ({ trace }) => trace?.sequence.choice.kind === "example",
    );
    assert.equal(trace?.runFolder, runFolder);
  });

  it("reads a range of a file that the network was never trained on", async () => {
    const file = join(folder, "other.txt");
    await writeFile(file, `${sentence}\r\n${sentence}`);
    const sequence = { file, from: { line: 2, column: 5 }, to: { line: 2, column: 8 } };
    assert.ok(await launch({ run: runFolder, sequence }));
    const { trace } = await standing(3);
    assert.match(trace?.sequence.title ?? "", /^sea/);
  });

  it("holds a unit at zero from a variable's context menu, and gives it back when that is undone", async () => {
    assert.ok(await launch({ run: runFolder, sequence: { text: "the ship" } }));
    await standing(8);
    const session = vscode.debug.activeDebugSession;
    assert.ok(session);
    const ask = async <T>(command: string, about: object): Promise<T> =>
      (await session.customRequest(command, about)) as T;
    const { stackFrames } = await ask<{ stackFrames: { id: number }[] }>("stackTrace", {
      threadId: 1,
    });
    const { scopes } = await ask<{ scopes: Variable[] }>("scopes", { frameId: stackFrames[0].id });
    const state = scopes.find(({ name }) => name === "State");
    const inside = await ask<{ variables: Variable[] }>("variables", state ?? {});
    const h = inside.variables.find(({ name }) => name === "h");
    assert.ok(h, JSON.stringify(inside));

    await vscode.commands.executeCommand("unroll.ablateUnit", {
      container: h,
      variable: { name: "[3]" },
    });
    const { trace } = await untilSnapshot(
      probe,
      "the trace without the unit",
      ({ trace }) => trace?.counterfactual !== undefined,
    );
    assert.deepEqual(trace?.counterfactual?.edits, ["unit 3 of layer 0 held at 0 from step 0"]);

    await vscode.commands.executeCommand("unroll.undoDebugEdit");
    await untilSnapshot(
      probe,
      "the original",
      ({ trace }) => trace !== undefined && trace.counterfactual === undefined,
    );
  });

  it("opens the sequence at which a training broke, when it is attached to that training", async () => {
    await answering([], async (seen) => {
      const end = await endOfTraining(probe, "debugged-until-it-broke", exploding);
      assert.ok(end.kind === "result" && end.result.state === "failed", JSON.stringify(end));
      await until("the message", () => seen.some(({ text }) => text.includes("failed")));
      const run = end.result.runFolder;
      const attach = { type: "unroll", request: "attach", name: "test", run };
      assert.ok(await vscode.debug.startDebugging(undefined, attach));
      const { trace } = await standing(12);
      assert.equal(trace?.runFolder, run);
    });
  });

  it("ends with a message when the worker dies, and begins again as it was", async () => {
    assert.ok(await launch({ run: runFolder, sequence: { text: "the ship" } }));
    await standing(8);
    const first = vscode.debug.activeDebugSession?.id;
    const seen = await answering(["Debug Again"], async (messages) => {
      await probe.killTracingWorker();
      await until("the message", () => messages.length > 0);
      await until("the next session", () => {
        const next = vscode.debug.activeDebugSession?.id;
        return next !== undefined && next !== first;
      });
    });
    assert.equal(seen.length, 1, JSON.stringify(seen));
    assert.match(seen[0].text, /^Debugging has ended: the worker .*\. Breakpoints are kept/);
    const { cursor } = await standing(8);
    assert.equal(cursor?.t, 0);
    await vscode.commands.executeCommand("workbench.action.debug.stepOver");
    await untilSnapshot(probe, "the second step", ({ cursor }) => cursor?.t === 1);
  });

  it("says where to choose Ablate Unit when it is called from nowhere", async () => {
    assert.ok(await launch({ run: runFolder, sequence: { text: "the ship" } }));
    await standing(8);
    const seen = await answering([], async (messages) => {
      await vscode.commands.executeCommand("unroll.ablateUnit");
      await until("the message", () => messages.length > 0);
    });
    assert.match(seen[0].text, /context menu of a variable in the Variables view/);
  });

  it("says what is wrong with a run that is not there, and begins nothing", async () => {
    const seen = await answering([], async (messages) => {
      await launch({ run: "nobody", sequence: { text: "a" } });
      await until("the message", () => messages.length > 0);
    });
    assert.match(seen[0].text, /There is no run "nobody"/);
    assert.ok(noSession());
  });

  it("offers to train a config that has no run yet", async () => {
    const config = join(folder, "untrained.unroll.json");
    const seen = await answering([], async (messages) => {
      await launch({ config });
      await until("the message", () => messages.length > 0);
    });
    assert.match(seen[0].text, /no trained network to debug yet/);
    assert.deepEqual(seen[0].buttons, ["Train Model"]);
  });
});
