/** Tunes in a real browser, under the host's own page and policy. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { inkOf, keepHarness, open, settled, violations } from "./openPanel.ts";

keepHarness();

const show = (scenario: string, theme = "dark") =>
  open("tune", { scenario, theme, place: "editor" }, { width: 1000, height: 900 });
const textOf = (page: Page): Promise<string> => page.locator("main").innerText();

describe("the page that shows tunes", () => {
  it.each(["dark", "light", "hc-dark", "hc-light"])(
    "draws in the %s theme, and axe has no complaint",
    async (theme) => {
      const { page, troubles } = await show("tunes", theme);
      expect((await inkOf(page, "canvas.roll")).colors).toBeGreaterThan(10);
      expect(troubles).toEqual([]);
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );

  it("says what it read, and underlines what it did not", async () => {
    const { page } = await show("tunes");
    expect(await textOf(page)).toContain("The Network's Delight");
    expect(await textOf(page)).toContain("jig · 6/8 · G · 18 bars, 16 as long as the metre says");
    const unread = page.locator(".written .unread");
    expect(await unread.allInnerTexts()).toEqual(["??", "&"]);
    expect(await unread.first().getAttribute("title")).toBe("it means nothing here");
    await page.close();
  });

  it("walks from note to note by keyboard and by mouse", async () => {
    const { page } = await show("tunes");
    const roll = page.locator("canvas.roll");
    await roll.focus();
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(() => page.locator(".described").innerText())
      .toContain("G4, 1/8, bar 2 of 18");
    expect(await page.locator(".written .current").innerText()).toBe("G");
    await page.keyboard.press("End");
    await expect.poll(() => page.locator(".described").innerText()).toContain("bar 18 of 18");
    await roll.click({ position: { x: 40, y: 40 } });
    await expect.poll(() => page.locator(".described").innerText()).toContain("bar 1 of 18");
    await page.close();
  });

  it("plays, goes on, and stops", async () => {
    const { page, troubles } = await show("tunes");
    const noteNumber = async (): Promise<number> =>
      Number(/note (\d+)/.exec(await page.locator(".described").innerText())?.[1] ?? 0);
    await page.getByText("Play", { exact: true }).click();
    await expect.poll(noteNumber, { timeout: 10_000 }).toBeGreaterThan(2);
    await page.getByText("Stop", { exact: true }).click();
    await page.getByText("Play", { exact: true }).waitFor();
    const before = await noteNumber();
    await settled(page);
    expect(await noteNumber()).toBe(before);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it("says so when there is no note, and shows the text all the same", async () => {
    const { page } = await show("words");
    expect(await textOf(page)).toContain("There is no note in this text");
    expect(await textOf(page)).toContain("In this room is no sun.");
    expect(await page.locator("canvas.roll").isVisible()).toBe(false);
    await page.close();
  });
});
