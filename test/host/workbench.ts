/**
 * Drives the real workbench as a person at a keyboard does: opens a folder, runs commands from the Command
 * Palette, answers quick picks, reads notifications and the status bar.
 */
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { commandTitles, type CommandId } from "../../src/host/commands/commandIds.ts";
import { urlOfFolder, type EditorPlace } from "./editor.ts";
import { waitUntil } from "./waiting.ts";

export interface WorkbenchOptions {
  readonly width?: number;
  readonly height?: number;
}

/** Time that the slowest start of the workbench on a busy machine may take. */
export const startLimitMs = 60_000;

/** Opens a folder in a browser window with a state of its own. Close `page.context()` when done. */
export async function openWorkbench(
  browser: Browser,
  editor: EditorPlace,
  folder: string,
  { width = 1440, height = 900 }: WorkbenchOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  try {
    await page.goto(urlOfFolder(editor, folder));
    await waitForWorkbench(page);
  } catch (error) {
    await context.close();
    throw error;
  }
  return page;
}

/** Waits until the workbench is drawn and the extension host has answered. */
export async function waitForWorkbench(page: Page): Promise<void> {
  await page.locator(".monaco-workbench").waitFor({ timeout: startLimitMs });
  await page.locator(".activitybar .action-item").first().waitFor({ timeout: startLimitMs });
  // The error count appears once the contributions of the last starting phase have been made.
  await page.locator("#status\\.problems").waitFor({ timeout: startLimitMs });
}

/**
 * Reloads the window by its own command, which first writes down what is open. The browser's own reload may
 * come before the workbench has done so, which in a browser it does only when it is idle.
 */
export async function reloadWorkbench(page: Page): Promise<void> {
  const loaded = page.waitForEvent("load", { timeout: startLimitMs });
  await runCommand(page, "Developer: Reload Window");
  await loaded;
  await waitForWorkbench(page);
}

const quickInput = (page: Page): Locator => page.locator(".quick-input-widget");

/**
 * Runs a command by its full title, such as "Unroll: Train Model", with the keyboard alone. Waits until it
 * is offered: an extension's commands come a moment after the workbench, others when their time has come.
 */
export async function runCommand(page: Page, title: string, limitMs = 20_000): Promise<void> {
  await waitUntil(
    `the Command Palette to offer "${title}"`,
    async () => {
      await openQuickInput(page, "F1", `>${title}`);
      const labels = quickInput(page).locator(".monaco-list-row .label-name");
      // The list is filled a moment after typing; what is not in it then needs another look.
      await succeeds(labels.filter({ hasText: title }).first().waitFor({ timeout: 1_500 }));
      const label = await focusRow(page, ".label-name", (text) => text === title);
      if (label === undefined) {
        await page.keyboard.press("Escape");
        return false;
      }
      await page.keyboard.press("Enter");
      // What the command opens may be a list again; the palette's own text is gone either way.
      const closed = async (): Promise<boolean> => {
        const input = quickInput(page).locator("input").first();
        if (!(await input.isVisible())) return true;
        // A command that reloads the window takes the palette away between the two questions.
        return (await input.inputValue({ timeout: 1_000 }).catch(() => "")) !== `>${title}`;
      };
      await waitUntil("the Command Palette to close", closed);
      return true;
    },
    limitMs,
  );
}

/** Runs one of Unroll's own commands, under the title that it has now. */
export async function runUnroll(page: Page, id: CommandId, limitMs?: number): Promise<void> {
  await runCommand(page, `Unroll: ${commandTitles[id]}`, limitMs);
}

/**
 * A key that is pressed while the workbench is still closing a list is lost, and a panel that takes the
 * focus as it opens closes the list again.
 */
async function openQuickInput(page: Page, key: string, text: string): Promise<void> {
  const input = quickInput(page).locator("input").first();
  await waitUntil(`${key} to open its list`, async () => {
    await page.keyboard.press(key);
    return succeeds(input.fill(text, { timeout: 1_500 }));
  });
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

interface Pick {
  /** What the row's text must match. */
  readonly row: RegExp;
  /** Typed first, to shorten the list. */
  readonly filter?: string;
  readonly limitMs?: number;
}

/** Waits for a quick pick to offer a row, and takes it with the keyboard. Returns the row's text. */
export async function pick(page: Page, { row, filter, limitMs = 30_000 }: Pick): Promise<string> {
  const rows = quickInput(page).locator(".monaco-list-row");
  await rows.first().waitFor({ timeout: limitMs });
  if (filter !== undefined) {
    await quickInput(page).locator("input").first().fill(filter, { timeout: limitMs });
  }
  await rows.filter({ hasText: row }).first().waitFor({ timeout: limitMs });
  const text = await focusRow(page, "", (label) => row.test(label));
  if (text === undefined)
    throw new Error(`No row of the list could be reached that matches ${row}.`);
  const focused = quickInput(page).locator(".monaco-list-row.focused").first();
  const isStillOffered = async (): Promise<boolean> =>
    (await focused.isVisible()) && (await focused.innerText({ timeout: 1_000 })) === text;
  for (let tries = 0; tries < 5; tries++) {
    await page.keyboard.press("Enter");
    // The key is lost on a list that is just taking in more rows.
    const isTaken = waitUntil(
      "the row to be taken",
      async () => !(await isStillOffered().catch(() => false)),
      2_000,
    );
    if (await succeeds(isTaken)) return text;
  }
  throw new Error(`The row "${text}" is offered still after it was chosen.`);
}

/**
 * Moves down the list until the focused row's text is accepted, and returns that text. The list may still
 * grow and lose its focus meanwhile, so rows are not counted but read.
 */
async function focusRow(
  page: Page,
  part: string,
  accepts: (text: string) => boolean,
): Promise<string | undefined> {
  const rows = quickInput(page).locator(".monaco-list-row");
  const focused = quickInput(page).locator(`.monaco-list-row.focused ${part}`).first();
  const limit = (await rows.count()) + 3;
  for (let moves = 0; moves < limit; moves++) {
    const text = (await focused.isVisible()) ? await focused.innerText({ timeout: 1_000 }) : "";
    if (text !== "" && accepts(text)) return text;
    await page.keyboard.press("ArrowDown");
  }
  return undefined;
}

/** Waits for an input box, types the text and accepts it. */
export async function answer(page: Page, text: string): Promise<void> {
  const input = quickInput(page).locator("input").first();
  await input.waitFor();
  await input.fill(text);
  await page.keyboard.press("Enter");
}

/** Answers the file dialog of this title, and none before it. */
export async function answerDialog(
  page: Page,
  title: string,
  path: string,
  limitMs = 30_000,
): Promise<void> {
  const heading = page.locator(".quick-input-widget").getByText(title);
  await heading.waitFor({ timeout: limitMs });
  // While the dialog still looks into its first folder it takes neither a path nor Enter: then both again.
  await waitUntil(`the dialog "${title}" to close`, async () => {
    if (!(await heading.isVisible())) return true;
    const input = page.locator(".quick-input-widget input").first();
    await input.fill(path);
    // Having looked, it may put its own proposal in the place of what was typed.
    await page.waitForTimeout(200);
    if (!(await input.inputValue()).startsWith(path)) return false;
    await page.keyboard.press("Enter");
    await heading.waitFor({ state: "hidden", timeout: 1_500 }).catch(() => undefined);
    return !(await heading.isVisible());
  });
}

/** Opens a file of the workspace by its name. */
export async function openFile(page: Page, name: string): Promise<void> {
  await openQuickInput(page, "Control+P", name);
  await quickInput(page)
    .locator(".monaco-list-row.focused", { hasText: name.split("/").at(-1) })
    .waitFor();
  await page.keyboard.press("Enter");
  await page
    .locator(".editor-instance .monaco-editor, .editor-container .monaco-editor")
    .first()
    .waitFor();
}

/** Puts the cursor of the file that is open at a line and a column, both counted from 1. */
export async function goTo(page: Page, line: number, column: number): Promise<void> {
  const place = statusBarItem(page, new RegExp(`Ln ${line}, Col ${column}\\b`));
  await waitUntil(`the cursor to be at ${line}:${column}`, async () => {
    await openQuickInput(page, "Control+P", `:${line}:${column}`);
    await page.keyboard.press("Enter");
    return succeeds(place.waitFor({ timeout: 2_000 }));
  });
}

/** Texts of the notifications that are on screen. */
export async function notifications(page: Page): Promise<readonly string[]> {
  return page.locator(".notification-list-item-message").allTextContents();
}

/** The status bar entry whose text matches. */
export function statusBarItem(page: Page, text: RegExp): Locator {
  return page.locator(".statusbar-item", { hasText: text });
}

export const themes = {
  dark: { label: "Dark 2026", bodyClass: "vs-dark" },
  light: { label: "Light 2026", bodyClass: "vs" },
  "high-contrast": { label: "Dark High Contrast", bodyClass: "hc-black" },
  "high-contrast-light": { label: "Light High Contrast", bodyClass: "hc-light" },
} as const;

export type Theme = keyof typeof themes;

/** Chooses a colour theme as a person does, and waits until the workbench shows it. */
export async function setTheme(page: Page, theme: Theme): Promise<void> {
  const { label, bodyClass } = themes[theme];
  const shown = page.locator(`.monaco-workbench.${bodyClass}`);
  if (await shown.isVisible()) return;
  await waitUntil(
    `the theme ${label}`,
    async () => {
      await runCommand(page, "Preferences: Color Theme");
      const row = new RegExp(`^${label}`);
      // A window that is still restoring its panels may close the list.
      const picked = await succeeds(pick(page, { row, filter: label, limitMs: 3_000 }));
      return picked && (await succeeds(shown.waitFor({ timeout: 5_000 })));
    },
    30_000,
  );
}

/** A picture of the whole window. */
export async function screenshotWindow(page: Page, folder: string, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}
