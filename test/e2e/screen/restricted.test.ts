/** Restricted Mode: in a folder that nobody trusts yet, nothing runs, and what is there can be looked at. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRuns } from "../../../src/runs/runFolder.ts";
import { startEditor, type Editor } from "../../host/editor.ts";
import { openPanel, settled } from "../../host/panels.ts";
import { root, scratch } from "../../host/paths.ts";
import { waitForColors } from "../../host/pixels.ts";
import { run } from "../../host/processes.ts";
import { waitForFinishedRun } from "../../host/runsOnDisk.ts";
import { waitFor, waitUntil } from "../../host/waiting.ts";
import { notifications, runCommand, runUnroll, statusBarItem } from "../../host/workbench.ts";
import { addingConfig, useWorkbench } from "./stage.ts";

let editor: Editor | undefined;

// Before the window opens: one of the editor's own, which asks for trust as a user's does.
beforeAll(async () => {
  editor = await startEditor({
    userDataDir: join(scratch, "screen/restricted"),
    extensionsDir: join(scratch, "screen/extensions"),
    workspaceTrust: true,
  });
});
afterAll(() => editor?.stop());

const stage = useWorkbench("restricted", { "unroll.json": addingConfig() }, () => {
  if (!editor) throw new Error("The editor starts before the window.");
  return editor;
});

const runCount = async (): Promise<number> => (await readRuns(stage.folder)).runs.length;

const notification = (text: RegExp): Promise<string> =>
  waitFor(`a notification like ${text}`, async () =>
    (await notifications(stage.page)).find((each) => text.test(each)),
  );

async function dismissNotifications(): Promise<void> {
  await runCommand(stage.page, "Notifications: Clear All Notifications");
  await waitUntil(
    "the notifications to go",
    async () => (await notifications(stage.page)).length === 0,
  );
}

describe("a folder that is not trusted", () => {
  beforeAll(async () => {
    const cli = join(root, "dist/cli.js");
    const { code, output } = await run(process.execPath, [cli, "train", "unroll.json"], {
      cwd: stage.folder,
    });
    expect(code, output).toBe(0);
    await runUnroll(stage.page, "unroll.refreshRuns");
  });

  it("is shown in Restricted Mode", async () => {
    await statusBarItem(stage.page, /Restricted Mode/).waitFor();
  });

  it("shows the curves of a run that is there", async () => {
    const curves = await openPanel(stage.page, "curves", "editor");
    await curves.frame.locator(".run-list", { hasText: "adding" }).waitFor();
    await settled(curves);
    await waitForColors(curves.frame, ".plots canvas", 3);
  });

  it("trains nothing, and says what to do", async () => {
    await runUnroll(stage.page, "unroll.train");
    await notification(/Trust this folder to train/);
    expect(await runCount()).toBe(1);
    await dismissNotifications();
  });

  it("steps through nothing, and the timeline opens empty", async () => {
    await runUnroll(stage.page, "unroll.stepThrough");
    await notification(/Trust this folder to step through/);
    await dismissNotifications();
    const timeline = await openPanel(stage.page, "timeline", "editor");
    await timeline.frame.getByText("Step Through").first().waitFor();
    expect(await notifications(stage.page)).toEqual([]);
  });

  it("debugs nothing, and says what to do", async () => {
    await runUnroll(stage.page, "unroll.debugSequence");
    await notification(/Trust this folder to debug a sequence/);
    await stage.page.locator(".debug-toolbar").waitFor({ state: "hidden" });
    await dismissNotifications();
  });

  it("trains once it is trusted", async () => {
    await runUnroll(stage.page, "unroll.train");
    await notification(/Trust this folder to train/);
    await stage.page.getByRole("button", { name: "Manage Workspace Trust" }).click();
    const trust = stage.page.locator(".workspace-trust-editor");
    await trust.getByRole("button", { name: "Trust", exact: true }).click();
    await statusBarItem(stage.page, /Restricted Mode/).waitFor({ state: "detached" });
    await runUnroll(stage.page, "unroll.train");
    await waitUntil("a second run", async () => (await runCount()) === 2);
    await waitForFinishedRun(stage.folder, 60_000);
  });
});
