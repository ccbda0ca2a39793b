/** Going through a training by the slider, and watching one live, in the real workbench. */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openPanel, screenshotPanel, waitForStep, type Panel } from "../../host/panels.ts";
import { root, scratch } from "../../host/paths.ts";
import { canvasPixels, changedColumns, type Pixels } from "../../host/pixels.ts";
import { newestRun } from "../../host/runsOnDisk.ts";
import { waitUntil } from "../../host/waiting.ts";
import { reloadWorkbench, runUnroll, screenshotWindow } from "../../host/workbench.ts";
import { addingConfig, endless, stepThrough, train, useWorkbench } from "./stage.ts";

const sliderOf = ({ frame }: Panel) => frame.getByRole("slider");
const said = async (panel: Panel): Promise<string> =>
  (await sliderOf(panel).getAttribute("aria-valuetext")) ?? "";
const waitForWords = (panel: Panel, words: RegExp): Promise<void> =>
  waitUntil(`the slider to say ${String(words)}`, async () => words.test(await said(panel)));
/** What the header says of the trace itself, which comes a moment after the slider. */
const waitForTrace = (panel: Panel, words: RegExp): Promise<void> =>
  waitUntil(`the trace to be that of ${String(words)}`, async () =>
    words.test(await panel.frame.locator(".panel-header").innerText()),
  );

const pictures = join(scratch, "screenshots");
/** Of the data alone: a notification may lie over the panel, and go on telling of a training. */
async function picture({ frame }: Panel): Promise<Pixels> {
  await frame.locator("body[aria-busy=false]").waitFor();
  return canvasPixels(frame, "canvas.data");
}

describe("the slider through a training that has ended", () => {
  const stage = useWorkbench("snapshots", {
    "unroll.json": readFileSync(
      join(root, "media/samples/adding-problem/lstm.unroll.json"),
      "utf8",
    ),
  });

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    await train(stage);
    await stepThrough(stage);
    for (let step = 1; step <= 3; step++) await runUnroll(stage.page, "unroll.nextStep");
  });

  it("shows what the gates did before the network had learned, at the same step", async () => {
    const gates = await openPanel(stage.page, "gates", "editor");
    await sliderOf(gates).waitFor();
    expect(await said(gates)).toMatch(/^after [\d,]+ updates, best checkpoint$/);
    const learnt = await picture(gates);
    await sliderOf(gates).press("Home");
    await waitForTrace(gates, / · update 0 /);
    expect(await said(gates)).toBe("after 0 updates, before learning");
    await waitForStep(gates, 3);
    const before = await picture(gates);
    expect(changedColumns(learnt, before).length).toBeGreaterThan(20);
    await screenshotPanel(gates, pictures, "snapshots-gates-before");
  });

  it("says that the gradient vanishes while the network finds nothing, and carries in the end", async () => {
    const gradients = await openPanel(stage.page, "gradients", "editor");
    const verdict = gradients.frame.locator(".verdict strong");
    await sliderOf(gradients).press("Home");
    for (let step = 1; step <= 8; step++) await sliderOf(gradients).press("ArrowRight");
    await waitForTrace(gradients, / · update 400 /);
    await waitUntil("the verdict after 400 updates", async () =>
      /vanishes/.test(await verdict.innerText()),
    );
    await screenshotPanel(gradients, pictures, "snapshots-gradients-before");
    await sliderOf(gradients).press("End");
    await waitUntil("the verdict on the trained network", async () =>
      /carries/.test(await verdict.innerText()),
    );
    expect(await said(gradients)).toMatch(/newest$/);
    await screenshotPanel(gradients, pictures, "snapshots-gradients-after");
  });

  it("can be dragged by the mouse over the whole training, and ends where it was let go", async () => {
    const gradients = await openPanel(stage.page, "gradients", "editor");
    const box = await sliderOf(gradients).boundingBox();
    if (!box) throw new Error("The slider is not on screen.");
    const { mouse } = stage.page;
    const y = box.y + box.height / 2;
    await mouse.move(box.x + box.width - 8, y);
    await mouse.down();
    for (let share = 0.95; share > 0.3; share -= 0.02)
      await mouse.move(box.x + share * box.width, y);
    await mouse.up();
    const [, updates = ""] = /after ([\d,]+) updates/.exec(await said(gradients)) ?? [];
    await waitForTrace(gradients, new RegExp(` · update ${updates} `));
    expect(Number(updates.replace(",", ""))).toBeGreaterThan(300);
    expect(Number(updates.replace(",", ""))).toBeLessThan(1200);
  });

  it("stands where it stood in every panel, and after a reload", async () => {
    await runUnroll(stage.page, "unroll.previousSnapshot");
    const timeline = await openPanel(stage.page, "timeline", "editor");
    await waitUntil("the slider of the timeline", async () =>
      /^after \d+ updates$/.test(await said(timeline)),
    );
    const before = await said(timeline);
    const gates = await openPanel(stage.page, "gates", "editor");
    expect(await said(gates)).toBe(before);
    await reloadWorkbench(stage.page);
    const again = await openPanel(stage.page, "timeline", "editor");
    await sliderOf(again).waitFor();
    expect(await said(again)).toBe(before);
    await waitForStep(again, 3);
  });
});

const updatesSaid = async (panel: Panel): Promise<number> =>
  Number(/after ([\d,]+) updates/.exec(await said(panel))?.[1]?.replaceAll(",", ""));

describe("a training that is watched", () => {
  const config = JSON.parse(addingConfig({ name: "watched", epochs: endless, hidden: 24 }));
  const training = { ...config.training, snapshots: { everyUpdates: 50 } };
  const stage = useWorkbench("watched", {
    "unroll.json": JSON.stringify({ ...config, training }),
  });

  beforeAll(async () => {
    await runUnroll(stage.page, "unroll.train");
    await waitUntil("a first update", async () => {
      const run = await newestRun(stage.folder);
      return (run?.record.update ?? 0) > 0;
    });
  });

  it("is followed live, and left alone once the person looks back", async () => {
    const timeline = await stepThrough(stage);
    await waitForWords(timeline, /, live$/);
    const gates = await openPanel(stage.page, "gates", "editor");
    await waitForWords(gates, /, live$/);
    await gates.frame.getByText(/of values below/).waitFor();
    const [updates, pixels] = [
      await updatesSaid(gates),
      await canvasPixels(gates.frame, "canvas.data"),
    ];
    await waitUntil("later weights", async () => (await updatesSaid(gates)) > updates + 50);
    // Of the same size: nothing jumps while it is watched.
    await waitUntil("another picture", async () => {
      const now = await canvasPixels(gates.frame, "canvas.data");
      return changedColumns(pixels, now).length > 20;
    });
    await screenshotWindow(stage.page, pictures, "snapshots-live");

    await sliderOf(gates).press("Home");
    await waitForTrace(gates, / · update 0 /);
    const rested = await picture(gates);
    const { update = 0 } = (await newestRun(stage.folder))?.record ?? {};
    await waitUntil("the training to go on", async () => {
      const run = await newestRun(stage.folder);
      return (run?.record.update ?? 0) > update + 500;
    });
    expect(changedColumns(rested, await picture(gates))).toEqual([]);
    expect(await said(gates)).toBe("after 0 updates, before learning");

    await sliderOf(gates).press("End");
    await waitForWords(gates, /, live$/);
    await runUnroll(stage.page, "unroll.stop");
    await waitForWords(gates, /, newest$/);
  });
});
