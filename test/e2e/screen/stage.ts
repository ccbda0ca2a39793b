/** What every screen test begins with: a window of the real workbench on a folder of its own. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, inject } from "vitest";
import { launchBrowser } from "../../host/browser.ts";
import type { EditorPlace } from "../../host/editor.ts";
import type { Panel } from "../../host/panels.ts";
import { scratch } from "../../host/paths.ts";
import { waitForFinishedRun } from "../../host/runsOnDisk.ts";
import { openFirstSequence } from "../../host/sequence.ts";
import { openWorkbench, runUnroll, screenshotWindow, statusBarItem } from "../../host/workbench.ts";

export interface Stage {
  readonly page: Page;
  readonly editor: EditorPlace;
  /** The workspace folder. */
  readonly folder: string;
}

/** Files of the workspace, by their paths in it. */
export type Files = Readonly<Record<string, string>>;

/** Opens a window before the tests of a file and closes it after them; pictures what failed. */
export function useWorkbench(
  name: string,
  files: Files,
  editor: () => EditorPlace = () => inject("editor"),
): Stage {
  const folder = join(scratch, "screen/workspaces", name);
  let browser: Browser | undefined;
  let page: Page | undefined;

  beforeAll(async () => {
    await rm(folder, { recursive: true, force: true });
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    browser = await launchBrowser();
    page = await openWorkbench(browser, editor(), folder);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail" || !page) return;
    const failures = join(scratch, "screenshots/failures");
    await mkdir(failures, { recursive: true });
    await screenshotWindow(page, failures, `${name}-${task.name.replaceAll(/\W+/g, "-")}`);
  });
  afterAll(async () => browser?.close());

  return {
    get page() {
      if (!page) throw new Error("The window opens before the first test.");
      return page;
    },
    get editor() {
      return editor();
    },
    folder,
  };
}

interface Experiment {
  readonly name?: string;
  readonly cell?: "rnn" | "lstm" | "gru";
  readonly length?: number;
  readonly hidden?: number;
  readonly epochs?: number;
}

/** The adding problem, small enough to train in a second or two. */
export const addingConfig = ({
  name = "adding",
  cell = "lstm",
  length = 30,
  hidden = 12,
  epochs = 2,
}: Experiment = {}): string =>
  JSON.stringify(
    {
      name,
      data: { kind: "synthetic", task: "adding", length, examples: 200 },
      model: { layers: [{ cell, hidden }] },
      training: { epochs, batch: 20 },
    },
    undefined,
    2,
  );

/** A language model of a short text; two layers, so that there is something to choose. */
export const textFiles: Files = {
  "unroll.json": JSON.stringify(
    {
      name: "characters",
      data: { kind: "text", path: "text.txt" },
      model: {
        layers: [
          { cell: "lstm", hidden: 16 },
          { cell: "gru", hidden: 12 },
        ],
      },
      training: { epochs: 2, batch: 8, bptt: 32 },
    },
    undefined,
    2,
  ),
  "text.txt": "The sea was calm, and the ship went on under a fair wind. ".repeat(120),
};

/** More epochs than any test has time for. */
export const endless = 1_000_000;

/** Trains the workspace's only config through the Command Palette, to its end. */
export async function train({ page, folder }: Stage): Promise<void> {
  await runUnroll(page, "unroll.train");
  await waitForFinishedRun(folder, 60_000);
  // The window hears of it a moment after the disk.
  await statusBarItem(page, /\d+ %/).waitFor({ state: "hidden" });
}

/** Opens the first sequence of the validation data and waits for its timeline. */
export const stepThrough = ({ page }: Stage): Promise<Panel> => openFirstSequence(page);
