/** Stepping through a sequence by keyboard: the cursor that all panels share, and what they draw. */
import { beforeAll, describe, expect, it } from "vitest";
import { findPanel, openPanel, settled, waitForStep, type Panel } from "../../host/panels.ts";
import { canvasPixels, changedColumns, colorCount, columnColors } from "../../host/pixels.ts";
import { waitUntil } from "../../host/waiting.ts";
import { runUnroll } from "../../host/workbench.ts";
import { stepThrough, textFiles, train, useWorkbench } from "./stage.ts";

const stage = useWorkbench("stepping", textFiles);

const overlay = "canvas.overlay";
const data = ".picture canvas.data";

async function picture(panel: Panel, canvas: string) {
  await settled(panel);
  return canvasPixels(panel.frame, canvas);
}

/** The step whose numbers stand beside the timeline. */
async function stepInNumbers({ frame }: Panel): Promise<number> {
  const heading = await frame.locator(".detail h2").innerText();
  return Number(/Step (\d+)/.exec(heading)?.[1]);
}

describe("stepping through a sequence", () => {
  let timeline: Panel;

  beforeAll(async () => {
    await train(stage);
    timeline = await stepThrough(stage);
  });

  it("begins at the first step, with the network drawn", async () => {
    await waitForStep(timeline, 0);
    expect(colorCount(await picture(timeline, overlay))).toBeGreaterThan(20);
  });

  it("goes forward and back by command, to exactly the same picture", async () => {
    const first = await picture(timeline, overlay);
    await runUnroll(stage.page, "unroll.nextStep");
    await waitForStep(timeline, 1);
    const second = await picture(timeline, overlay);
    expect(changedColumns(first, second).length).toBeGreaterThan(10);
    await runUnroll(stage.page, "unroll.previousStep");
    await waitForStep(timeline, 0);
    expect(changedColumns(first, await picture(timeline, overlay))).toEqual([]);
  });

  it("goes to the last step and back to the first by command", async () => {
    await runUnroll(stage.page, "unroll.lastStep");
    await waitForStep(timeline, 31);
    await runUnroll(stage.page, "unroll.firstStep");
    await waitForStep(timeline, 0);
  });

  it("follows the arrow keys, Home and End in the timeline", async () => {
    await timeline.frame.locator(overlay).focus();
    for (let step = 1; step <= 3; step++) await stage.page.keyboard.press("ArrowRight");
    await waitForStep(timeline, 3);
    await stage.page.keyboard.press("ArrowLeft");
    await waitForStep(timeline, 2);
    await stage.page.keyboard.press("End");
    await waitForStep(timeline, 31);
    await stage.page.keyboard.press("Home");
    await waitForStep(timeline, 0);
  });

  it("steps with F10 and Shift+F10 while a panel has the focus", async () => {
    await timeline.frame.locator(overlay).focus();
    await stage.page.keyboard.press("F10");
    await waitForStep(timeline, 1);
    await stage.page.keyboard.press("Shift+F10");
    await waitForStep(timeline, 0);
  });

  it("plays, and stops when it is asked to", async () => {
    await runUnroll(stage.page, "unroll.play");
    await waitUntil("two steps to be played", async () => (await stepInNumbers(timeline)) >= 2);
    await runUnroll(stage.page, "unroll.stopPlaying");
    // The step is read aloud only once it rests.
    await waitForStep(timeline, await stepInNumbers(timeline));
    expect(await stepInNumbers(timeline)).toBeLessThan(31);
    await runUnroll(stage.page, "unroll.firstStep");
    await waitForStep(timeline, 0);
  });
});

describe("the cursor that all panels share", () => {
  it("moves in gates and gradients when a command moves it", async () => {
    const gates = await openPanel(stage.page, "gates", "editor");
    await waitForStep(gates, 0);
    await runUnroll(stage.page, "unroll.nextStep");
    await waitForStep(gates, 1);
    const gradients = await openPanel(stage.page, "gradients", "editor");
    await waitForStep(gradients, 1);
  });

  it("moves everywhere when a key moves it in one panel", async () => {
    const gates = await openPanel(stage.page, "gates", "editor");
    await gates.frame.locator(overlay).focus();
    for (let step = 2; step <= 5; step++) await stage.page.keyboard.press("ArrowRight");
    await waitForStep(gates, 5);
    await waitForStep(await openPanel(stage.page, "gradients", "editor"), 5);
    await waitForStep(await openPanel(stage.page, "timeline", "editor"), 5);
  });

  it("draws its mark over the column of its step, one column further at every step", async () => {
    const gates = await openPanel(stage.page, "gates", "editor");
    await gates.frame.locator(overlay).focus();
    await stage.page.keyboard.press("Home");
    await waitForStep(gates, 0);
    const marks: number[] = [];
    let before = await picture(gates, overlay);
    for (let step = 1; step <= 4; step++) {
      await stage.page.keyboard.press("ArrowRight");
      await waitForStep(gates, step);
      const after = await picture(gates, overlay);
      const changed = changedColumns(before, after, heatmapRows(after.height));
      // What changed lies between the mark of the last step and that of this one.
      marks.push(changed[0]);
      before = after;
    }
    const strides = marks.slice(1).map((left, index) => left - marks[index]);
    expect(Math.min(...strides), `left edges ${marks.join(", ")}`).toBeGreaterThan(3);
    expect(Math.max(...strides) - Math.min(...strides)).toBeLessThanOrEqual(2);

    // And beneath the mark lies data: activations of many colours, not the background of the panel.
    const heatmap = await picture(gates, data);
    const middle = Math.round(marks[3] + strides[0] / 2);
    expect(columnColors(heatmap, middle, heatmapRows(heatmap.height)).size).toBeGreaterThan(2);
  });

  it("is in the side bar as well as in the tabs", async () => {
    await runUnroll(stage.page, "unroll.openGates");
    const view = await findPanel(stage.page, "gates", "sideBar");
    await waitForStep(view, 4);
    await runUnroll(stage.page, "unroll.nextStep");
    await waitForStep(view, 5);
  });
});

/** The middle of the picture, well inside of the heatmap: no axis above, no labels below. */
const heatmapRows = (height: number) => ({
  from: Math.round(height * 0.2),
  to: Math.round(height * 0.4),
});
