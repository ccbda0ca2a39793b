/** A folder that nobody has trusted: nothing trains, whatever its settings ask for. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startEditor, type Editor } from "../../host/editor.ts";
import { scratch } from "../../host/paths.ts";
import { waitUntil } from "../../host/waiting.ts";
import { notifications, runCommand, runUnroll, statusBarItem } from "../../host/workbench.ts";
import { addingConfig, useWorkbench } from "./stage.ts";
import { waitForFinishedRun } from "../../host/runsOnDisk.ts";

let editor: Editor | undefined;

beforeAll(async () => {
  editor = await startEditor({
    userDataDir: join(scratch, "screen/untrusting/user"),
    extensionsDir: join(inject("editor").userDataDir, "../extensions"),
    workspaceTrust: true,
  });
});

const stage = useWorkbench(
  "trust",
  {
    "unroll.json": addingConfig(),
    ".vscode/settings.json": JSON.stringify({ "unroll.startup": { train: "unroll.json" } }),
  },
  () => {
    if (!editor) throw new Error("The editor starts before the window.");
    return editor;
  },
);

afterAll(() => editor?.stop());

describe("an untrusted folder", () => {
  it("refuses to train and says why", async () => {
    await runUnroll(stage.page, "unroll.train");
    await waitUntil("the refusal", async () =>
      (await notifications(stage.page)).some((text) => /Trust this folder to train/.test(text)),
    );
    expect(existsSync(join(stage.folder, ".unroll"))).toBe(false);
  });

  it("opens its panels all the same", async () => {
    await runUnroll(stage.page, "unroll.openCurves");
    await stage.page.locator(".pane-header", { hasText: "Curves" }).waitFor();
  });

  it("does what its settings ask for once it is trusted", async () => {
    await runCommand(stage.page, "Workspaces: Manage Workspace Trust");
    await stage.page.getByRole("button", { name: "Trust", exact: true }).click();
    await waitForFinishedRun(stage.folder, 30_000);
    await statusBarItem(stage.page, /adding \d+ %/).waitFor({ state: "hidden" });
  });
});
