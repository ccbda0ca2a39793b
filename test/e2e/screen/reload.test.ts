/** A reloaded window is as it was: its panels, what they show, and the step at which the cursor stood. */
import { beforeAll, describe, expect, it } from "vitest";
import { openPanel, settled, waitForStep } from "../../host/panels.ts";
import { canvasPixels, changedColumns, colorCount } from "../../host/pixels.ts";
import { reloadWorkbench, runUnroll } from "../../host/workbench.ts";
import { stepThrough, textFiles, train, useWorkbench } from "./stage.ts";

const stage = useWorkbench("reload", textFiles);

describe("reloading the window", () => {
  beforeAll(async () => {
    await train(stage);
    await stepThrough(stage);
    await openPanel(stage.page, "gates", "sideBar");
    for (let step = 1; step <= 5; step++) await runUnroll(stage.page, "unroll.nextStep");
  });

  it("restores the tab and the view, both at the step where the cursor stood", async () => {
    const before = await openPanel(stage.page, "timeline", "editor");
    await waitForStep(before, 5);
    await settled(before);
    const picture = await canvasPixels(before.frame, "canvas.overlay");
    await reloadWorkbench(stage.page);

    // Which tab is in front is the workbench's to remember, and it writes that down only now and then.
    await stage.page.locator(".tab", { hasText: "Unroll: Timeline" }).waitFor();
    const timeline = await openPanel(stage.page, "timeline", "editor");
    await timeline.frame.locator("canvas.overlay").waitFor();
    await waitForStep(timeline, 5);
    await settled(timeline);
    const now = await canvasPixels(timeline.frame, "canvas.overlay");
    expect(colorCount(now)).toBeGreaterThan(20);
    expect(changedColumns(picture, now)).toEqual([]);
    await waitForStep(await openPanel(stage.page, "gates", "sideBar"), 5);
  });

  it("goes on from there", async () => {
    await runUnroll(stage.page, "unroll.nextStep");
    await waitForStep(await openPanel(stage.page, "timeline", "editor"), 6);
  });
});
