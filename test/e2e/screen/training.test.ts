/** Training from the Command Palette: what the person sees while it runs, and that it obeys. */
import { beforeAll, describe, expect, it } from "vitest";
import { findPanel, settled } from "../../host/panels.ts";
import { canvasPixels, colorCount } from "../../host/pixels.ts";
import { newestRun } from "../../host/runsOnDisk.ts";
import { waitUntil } from "../../host/waiting.ts";
import { notifications, runCommand, runUnroll, statusBarItem } from "../../host/workbench.ts";
import { addingConfig, endless, useWorkbench } from "./stage.ts";

const stage = useWorkbench("training", {
  "unroll.json": addingConfig({ name: "without end", epochs: endless }),
});

const progress = () => statusBarItem(stage.page, /without end \d+ %/);

async function waitForState(state: string): Promise<void> {
  await waitUntil(
    `the run on disk to be "${state}"`,
    async () => (await newestRun(stage.folder))?.record.state === state,
  );
}

describe("training", () => {
  beforeAll(async () => {
    await runUnroll(stage.page, "unroll.train");
  });

  it("says in the status bar and in a notification how far it is", async () => {
    await progress().waitFor();
    await waitUntil("the notification to give the loss", async () =>
      (await notifications(stage.page)).some((text) =>
        /Training without end: epoch \d+ of [\d,]+ · loss [\d.]+/.test(text),
      ),
    );
  });

  it("opens live curves, drawn from what was measured", async () => {
    const curves = await findPanel(stage.page, "curves", "editor");
    const canvas = curves.frame.locator("canvas").first();
    await canvas.waitFor();
    const early = await canvasPixels(curves.frame, "canvas");
    await waitUntil("the curves to grow", async () => {
      const late = await canvasPixels(curves.frame, "canvas");
      return colorCount(late) > 5 && !Buffer.from(late.data).equals(early.data);
    });
  });

  it("pauses and goes on", async () => {
    await runUnroll(stage.page, "unroll.pause");
    await waitForState("paused");
    const curves = await findPanel(stage.page, "curves", "editor");
    await curves.frame.getByRole("button", { name: "Resume" }).waitFor();
    await settled(curves);
    // Of the panel's own: a notification lies over it, whose words come a moment later.
    const shown = async () => ({
      text: await curves.frame.locator("body").innerText(),
      pictures: await curves.frame
        .locator("canvas")
        .evaluateAll((all) => all.map((each) => (each as HTMLCanvasElement).toDataURL())),
    });
    const rested = await shown();
    await settled(curves);
    expect(await shown()).toEqual(rested);
    const { update } = (await newestRun(stage.folder))?.record ?? {};

    await runUnroll(stage.page, "unroll.resume");
    await waitForState("training");
    await waitUntil("further updates", async () => {
      const run = await newestRun(stage.folder);
      return (run?.record.update ?? 0) > (update ?? 0);
    });
  });

  it("stops when it is asked to, and keeps the run", async () => {
    await runUnroll(stage.page, "unroll.stop");
    await waitForState("stopped");
    await progress().waitFor({ state: "hidden" });
    await runCommand(stage.page, "Notifications: Clear All Notifications");
    await runCommand(stage.page, "Unroll: Focus on Runs View");
    const row = stage.page.locator(".monaco-list-row", { hasText: "without end" });
    // The list reads the disk a moment after the run was written.
    await waitUntil("the run to be listed as stopped", async () =>
      /without end.*stopped/i.test((await row.first().getAttribute("aria-label")) ?? ""),
    );
  });
});
