/** A debug session through the screen: a breakpoint at a character, stepping into a gate and back, an edited state. */
import type { Locator, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { findPanel, settled, waitForStep, type Panel } from "../../host/panels.ts";
import { canvasPixels, changedColumns } from "../../host/pixels.ts";
import { waitUntil } from "../../host/waiting.ts";
import { screenshotFolder } from "../../host/paths.ts";
import {
  goTo,
  openFile,
  runCommand,
  runUnroll,
  screenshotWindow,
  statusBarItem,
} from "../../host/workbench.ts";
import { train, textFiles, useWorkbench } from "./stage.ts";

const verse =
  "The sea was calm, and the ship went on.\nThe men slept; the old captain stood alone.\n";

/** Long enough a training that a wrong prediction is news. */
const stage = useWorkbench("debugging", {
  "unroll.json": textFiles["unroll.json"].replace('"epochs": 2', '"epochs": 10'),
  "text.txt": verse.repeat(70),
});

const variables = (page: Page): Locator => page.locator(".debug-variables .monaco-list-row");
const frames = (page: Page): Locator => page.locator(".debug-call-stack .monaco-list-row");

/** Not in the Command Palette; the button is the editor's own. */
const stepBack = (page: Page): Promise<void> =>
  page.locator(".debug-toolbar .codicon-debug-step-back").click();

const appears = (what: Locator): Promise<boolean> =>
  what.waitFor({ timeout: 2_000 }).then(
    () => true,
    () => false,
  );

/** Opens a row of the Variables view until it shows the other one: a click is lost while the view takes in new values. */
async function open(row: Locator, inside: Locator): Promise<void> {
  await waitUntil("the row to open", async () => {
    if (await inside.isVisible()) return true;
    if ((await row.getAttribute("aria-expanded")) === "true") {
      await row.hover();
      await stage.page.mouse.wheel(0, 60);
    } else await row.locator(".monaco-tl-twistie").click();
    return appears(inside);
  });
}

describe("debugging a text", () => {
  let timeline: Panel;

  beforeAll(async () => {
    await train(stage);
    await openFile(stage.page, "text.txt");
    await goTo(stage.page, 1, 13);
    await runCommand(stage.page, "Debug: Inline Breakpoint");
    await stage.page
      .locator(".codicon-debug-breakpoint, .debug-breakpoint-placeholder")
      .first()
      .waitFor();
    await goTo(stage.page, 1, 1);
    await runUnroll(stage.page, "unroll.debugSelection");
    timeline = await findPanel(stage.page, "timeline", "editor");
    await runCommand(stage.page, "View: Show Run and Debug");
    // What a network holds takes room.
    await runCommand(stage.page, "View: Hide Panel");
  });

  it("stops at the first character, with the network beside the text at the same step", async () => {
    await waitForStep(timeline, 0);
    await frames(stage.page)
      .filter({ hasText: /layer 1 · GRU/ })
      .waitFor();
    expect(await frames(stage.page).count()).toBe(2);
  });

  it("runs to a breakpoint at a character in the middle of the line", async () => {
    await stage.page.keyboard.press("F5");
    await waitForStep(timeline, 12);
    await frames(stage.page).filter({ hasText: "1:13" }).first().waitFor();
    await stage.page.locator(".pane-header", { hasText: /Paused on breakpoint/i }).waitFor();
  });

  it("tints what was read by its loss, and frames the token where it stands", async () => {
    const tinted = stage.page.locator(".view-overlays .cdr[class*='ced-']");
    await waitUntil("tints of what was read", async () => (await tinted.count()) > 2);
    const inline = stage.page.locator(".view-line", { hasText: "→" }).first();
    await inline.waitFor();
    expect(await inline.innerText()).toMatch(/loss/);
  });

  it("steps to the next character, into the gates of its cell, and back", async () => {
    await stage.page.keyboard.press("F10");
    await waitForStep(timeline, 13);
    await stage.page.keyboard.press("F11");
    await variables(stage.page)
      .filter({ hasText: /equation/ })
      .first()
      .waitFor();
    await stepBack(stage.page);
    await variables(stage.page)
      .filter({ hasText: /equation/ })
      .first()
      .waitFor({ state: "detached" });
    await stepBack(stage.page);
    await waitForStep(timeline, 12);
  });

  it("selects nothing in the text, which would highlight the same characters all over it", async () => {
    expect(await statusBarItem(stage.page, /Ln 1, Col 13/).innerText()).not.toContain("selected");
    expect(await stage.page.locator(".selectionHighlight").count()).toBe(0);
    expect(await frames(stage.page).count()).toBe(2);
  });

  it("goes where a panel's cursor goes", async () => {
    await timeline.frame.locator("canvas.overlay").focus();
    await stage.page.keyboard.press("ArrowRight");
    await waitForStep(timeline, 13);
    await frames(stage.page).filter({ hasText: "1:14" }).first().waitFor();
    await timeline.frame.locator("canvas.overlay").focus();
    await stage.page.keyboard.press("ArrowLeft");
    await waitForStep(timeline, 12);
  });

  it("computes the future of an edited state, and shows in the panel what changed", async () => {
    const { page } = stage;
    await settled(timeline);
    const before = await canvasPixels(timeline.frame, "canvas.overlay");
    const [state, hidden] = [/^\s*State/, /^\s*h\b/].map((name) =>
      variables(page).filter({ hasText: name }).first(),
    );
    await open(state, hidden);
    const unit = variables(page)
      .filter({ hasText: /^\[?0\]?/ })
      .first();
    await open(hidden, unit);
    // The list may still be moving under the pointer.
    await waitUntil("a field for the new value", async () => {
      await unit.dblclick();
      return appears(page.locator(".debug-variables input"));
    });
    await page.keyboard.type("2");
    await page.keyboard.press("Enter");
    const note = timeline.frame.locator(".what-if");
    await note.waitFor();
    expect(await note.innerText()).toMatch(/What if h\[0\] of layer 1 at step 12: .* → 2/);
    await timeline.frame.locator(".change", { hasText: "Against the original" }).waitFor();
    await waitForStep(timeline, 12);
    await settled(timeline);
    const after = await canvasPixels(timeline.frame, "canvas.overlay");
    expect(changedColumns(before, after).length).toBeGreaterThan(3);
    // The picture of the README.
    await page.locator(".debug-variables").hover();
    await page.mouse.wheel(0, -5000);
    await page.keyboard.press("F10");
    await waitForStep(timeline, 13);
    await page.mouse.move(0, 0);
    await screenshotWindow(page, screenshotFolder, "debugger");
    await stepBack(page);
    await waitForStep(timeline, 12);
  });

  it("is the original again when the edit is undone", async () => {
    await runUnroll(stage.page, "unroll.undoDebugEdit");
    await timeline.frame.locator(".what-if").waitFor({ state: "detached" });
    await waitForStep(timeline, 12);
  });

  it("ends, and leaves no mark in the text", async () => {
    await runCommand(stage.page, "Debug: Stop");
    await frames(stage.page).first().waitFor({ state: "detached" });
    await waitUntil(
      "the tints to go",
      async () => (await stage.page.locator(".view-overlays .cdr[class*='ced-']").count()) === 0,
    );
  });
});
