/** Train, step forth and back, and look at what was really drawn; by command, by key, after a reload. */
import { describe, expect, it } from "vitest";
import { openPanel, settled, waitForStep, type Panel, type PanelPlace } from "../../host/panels.ts";
import { canvasPixels, changedColumns, colorCount, type Pixels } from "../../host/pixels.ts";
import { reloadWorkbench, runUnroll } from "../../host/workbench.ts";
import { stepThrough, textFiles, train, useWorkbench } from "./stage.ts";

const overlay = "canvas.overlay";

/** The overlay of a panel at rest: where the cursor is drawn. */
async function overlayOf(panel: Panel): Promise<Pixels> {
  await settled(panel);
  return canvasPixels(panel.frame, overlay);
}

describe("stepping through a sequence", () => {
  const stage = useWorkbench("stepping", textFiles);
  const panelAt = (kind: Panel["kind"], place: PanelPlace = "editor") =>
    openPanel(stage.page, kind, place);

  it("opens the timeline at the first step, with something drawn in it", async () => {
    await train(stage);
    const timeline = await stepThrough(stage);
    await waitForStep(timeline, 0);
    await settled(timeline);
    expect(colorCount(await canvasPixels(timeline.frame, "canvas"))).toBeGreaterThan(8);
  });

  it.each(["timeline", "gates", "gradients"] as const)(
    "moves the cursor's column in the %s panel, and only there, and back exactly",
    async (kind) => {
      await runUnroll(stage.page, "unroll.firstStep");
      const panel = await panelAt(kind);
      await waitForStep(panel, 0);
      const first = await overlayOf(panel);
      await runUnroll(stage.page, "unroll.nextStep");
      await waitForStep(panel, 1);
      const second = await overlayOf(panel);
      const moved = changedColumns(first, second);
      expect(moved.length, "the picture must change").toBeGreaterThan(0);
      expect(moved.length, "and not everywhere").toBeLessThan(first.width / 2);
      await runUnroll(stage.page, "unroll.previousStep");
      await waitForStep(panel, 0);
      expect(changedColumns(first, await overlayOf(panel))).toEqual([]);
    },
  );

  it("draws the gates where the cursor is: the column differs from the background", async () => {
    const gates = await panelAt("gates");
    await settled(gates);
    const picture = await canvasPixels(gates.frame, "canvas");
    // Fifty columns of sigmoid values are a picture of many colours.
    expect(colorCount(picture)).toBeGreaterThan(50);
  });

  it("is done by the keyboard alone, and every panel follows", async () => {
    const gates = await panelAt("gates");
    await gates.frame.locator(overlay).first().focus();
    await stage.page.keyboard.press("Home");
    for (let step = 1; step <= 5; step++) await stage.page.keyboard.press("ArrowRight");
    await waitForStep(gates, 5);
    await stage.page.keyboard.press("ArrowLeft");
    await waitForStep(gates, 4);
    const timeline = await panelAt("timeline");
    await waitForStep(timeline, 4);
    await timeline.frame.locator(overlay).focus();
    await stage.page.keyboard.press("End");
    const gradients = await panelAt("gradients");
    const steps = Number(await timelineLength(gradients));
    await waitForStep(gradients, steps - 1);
  });

  it("finds its panels, trace and cursor again after the window was reloaded", async () => {
    await runUnroll(stage.page, "unroll.firstStep");
    for (let step = 0; step < 3; step++) await runUnroll(stage.page, "unroll.nextStep");
    await waitForStep(await panelAt("timeline"), 3);
    await reloadWorkbench(stage.page);
    // Which tab is in front is the workbench's to remember; that they are there is ours.
    for (const title of ["Unroll: Timeline", "Unroll: Gates", "Unroll: Gradients"]) {
      await stage.page.locator(".tab", { hasText: title }).waitFor();
    }
    const timeline = await panelAt("timeline");
    await timeline.frame.locator(overlay).waitFor();
    await waitForStep(timeline, 3);
    await settled(timeline);
    expect(colorCount(await canvasPixels(timeline.frame, "canvas"))).toBeGreaterThan(8);
    await waitForStep(await panelAt("gates"), 3);
  });
});

/** T as the panel's header states it: (T, B, H) = (50, 1, 16). */
async function timelineLength({ frame }: Panel): Promise<string | undefined> {
  const text = await frame.locator("body").innerText();
  return /\(T, B, H\) = \((\d+),/.exec(text)?.[1];
}
