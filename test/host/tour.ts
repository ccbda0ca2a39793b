/**
 * The tour of `npm start -- --headless`: waits for the training that the workspace starts, steps through a
 * sequence, and photographs every panel in every theme. Rejects when anything does not look as it should.
 */
import { mkdir, rm } from "node:fs/promises";
import type { Page } from "playwright-core";
import type { Run } from "../../src/runs/runFolder.ts";
import {
  findPanel,
  openPanel,
  panelKinds,
  screenshotPanel,
  settled,
  waitForStep,
  type Panel,
} from "./panels.ts";
import { canvasPixels, changedColumns, colorCount } from "./pixels.ts";
import { waitForFinishedRun } from "./runsOnDisk.ts";
import { openFirstSequence } from "./sequence.ts";
import {
  notifications,
  runCommand,
  runUnroll,
  screenshotWindow,
  setTheme,
  statusBarItem,
  themes,
  type Theme,
} from "./workbench.ts";
import { waitUntil } from "./waiting.ts";

export interface Tour {
  readonly page: Page;
  /** Folder of the config that is being trained. */
  readonly experiment: string;
  /** The config's name, as the status bar shows it. */
  readonly name: string;
  readonly screenshots: string;
  readonly trainingLimitMs: number;
}

const canvas = "canvas.overlay";

/** Returns the run that was trained. */
export async function takeTour(tour: Tour): Promise<Run> {
  const { page, screenshots } = tour;
  await rm(screenshots, { recursive: true, force: true });
  await mkdir(screenshots, { recursive: true });
  const run = await watchTraining(tour);
  const timeline = await openFirstSequence(page);
  await checkStepping(page, timeline);
  await photograph(tour);
  return run;
}

async function watchTraining({
  page,
  experiment,
  name,
  screenshots,
  trainingLimitMs,
}: Tour): Promise<Run> {
  const progress = statusBarItem(page, new RegExp(`${name} \\d+ %`));
  await waitUntil(
    "the training to begin",
    async () => {
      await rejectErrors(page);
      return progress.isVisible();
    },
    60_000,
  );
  console.log("Training has begun.");
  const curves = await findPanel(page, "curves", "editor");
  await curves.frame.locator("canvas").first().waitFor();
  await screenshotWindow(page, screenshots, "dark-training");
  const run = await waitForFinishedRun(experiment, trainingLimitMs);
  await progress.waitFor({ state: "hidden" });
  await rejectErrors(page);
  console.log("Training has finished.");
  await runCommand(page, "Notifications: Clear All Notifications");
  return run;
}

/** An error that the editor reports ends the tour. */
async function rejectErrors(page: Page): Promise<void> {
  const errors = page.locator(".notification-list-item:has(.codicon-error)");
  if ((await errors.count()) === 0) return;
  throw new Error(`The editor reports: ${(await notifications(page)).join("; ")}`);
}

/** Forward and back by command: what is drawn changes, and changes back. */
async function checkStepping(page: Page, timeline: Panel): Promise<void> {
  await waitForStep(timeline, 0);
  await settled(timeline);
  const before = await canvasPixels(timeline.frame, canvas);
  if (colorCount(before) < 8) throw new Error("The timeline is empty.");
  await runUnroll(page, "unroll.nextStep");
  await waitForStep(timeline, 1);
  await settled(timeline);
  const after = await canvasPixels(timeline.frame, canvas);
  if (changedColumns(before, after).length === 0) {
    throw new Error("Next Step changes nothing in the timeline.");
  }
  await runUnroll(page, "unroll.previousStep");
  await waitForStep(timeline, 0);
  await settled(timeline);
  const again = await canvasPixels(timeline.frame, canvas);
  if (changedColumns(before, again).length > 0) {
    throw new Error("Previous Step does not lead back to the same picture.");
  }
  await timeline.frame.locator(canvas).focus();
  for (let step = 1; step <= 12; step++) await page.keyboard.press("ArrowRight");
  await waitForStep(timeline, 12);
}

/** Every panel as a tab in every theme, and the window as a whole with the timeline on top. */
async function photograph({ page, screenshots }: Tour): Promise<void> {
  const kinds = panelKinds.toReversed();
  for (const theme of Object.keys(themes) as Theme[]) {
    await setTheme(page, theme);
    for (const kind of kinds) {
      const panel = await openPanel(page, kind, "editor");
      await panel.frame.locator("canvas").first().waitFor();
      await screenshotPanel(panel, screenshots, `${theme}-${kind}`);
    }
    await screenshotWindow(page, screenshots, `${theme}-window`);
    console.log(`Photographed every panel in the ${theme} theme.`);
  }
  await setTheme(page, "dark");
}
