/**
 * What all panels have in common, in a real browser, under the host's own page and policy: they draw
 * in every theme, are accessible, know where they are shown, and stand numbers that are not finite.
 */
import { describe, expect, it } from "vitest";
import type { PanelKind } from "../../../src/protocol/panelContract.ts";
import { calls, inkOf, keepHarness, open, panels, violations } from "./openPanel.ts";

const themes = ["dark", "light", "hc-dark", "hc-light"] as const;

keepHarness();

/** The canvas that holds the data: where there are two, the lower one. */
const mainCanvas: Readonly<Record<PanelKind, string>> = {
  timeline: ".network canvas",
  gates: "canvas.data",
  gradients: "canvas.data",
  curves: ".plot.loss canvas",
};

const places = [
  { place: "sideBar", width: 320, height: 300 },
  { place: "editor", width: 900, height: 700 },
] as const;

describe.each(panels)("the %s panel", (panel) => {
  it.each(themes)(
    "draws under the host's policy in the %s theme, and axe has no complaint",
    async (theme) => {
      for (const { place, ...size } of places) {
        const { page, troubles } = await open(panel, { theme, place }, size);
        const ink = await inkOf(page, mainCanvas[panel]);
        expect(ink.share).toBeGreaterThan(panel === "curves" ? 0.005 : 0.1);
        expect(ink.colors).toBeGreaterThan(20);
        // axe adds style sheets of its own, which the policy forbids: its complaints come after ours.
        expect(troubles).toEqual([]);
        expect(await violations(page), place).toEqual([]);
        await page.close();
      }
    },
  );

  it("has one heading of level one, also when there is nothing to show", async () => {
    for (const scenario of ["characters", "empty"]) {
      const { page } = await open(panel, { scenario });
      expect(await page.getByRole("heading", { level: 1 }).count(), scenario).toBe(1);
      expect(await violations(page), scenario).toEqual([]);
      await page.close();
    }
  });

  it("offers an editor tab in the side bar alone, and lies on the editor's colour there", async () => {
    const button = 'vscode-toolbar-button[label="Open as editor tab"]';
    const aside = await open(panel, { place: "sideBar" });
    await aside.page.locator(button).click();
    const [call] = (await calls(aside.page, "run")) as { command: string }[];
    expect(call.command.toLowerCase()).toBe(`unroll.open${panel}ineditor`);
    await aside.page.close();
    const tab = await open(panel, { place: "editor" }, { width: 900, height: 700 });
    expect(await tab.page.locator(button).count()).toBe(0);
    const [paper, wanted] = await tab.page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement("div"));
      probe.style.color = "var(--vscode-editor-background)";
      return [getComputedStyle(document.body).backgroundColor, getComputedStyle(probe).color];
    });
    expect(paper).toBe(wanted);
    await tab.page.close();
  });

  it("says that a number is not finite, and stays alive", async () => {
    const { page, troubles } = await open(panel, { scenario: "broken" });
    expect(troubles).toEqual([]);
    expect((await inkOf(page, mainCanvas[panel])).share).toBeGreaterThan(0.005);
    if (panel !== "gradients") expect(await page.locator("main").innerText()).toContain("finite");
    await page.close();
  });

  it.each(["forecast", "addingRnn"])("fits its width in the %s scenario", async (scenario) => {
    for (const width of [300, 900]) {
      const { page, troubles } = await open(panel, { scenario }, { width });
      // The page cuts what is too wide, so its parts are asked.
      const tooWide = await page.evaluate(() =>
        [...document.querySelectorAll("#panel > *, .content *")]
          .filter((part) => part.getBoundingClientRect().right > window.innerWidth + 1)
          .filter((part) => !part.closest(".scroller, .verdict p"))
          .map((part) => `${part.tagName} ${part.className}`),
      );
      expect(tooWide, `${width}`).toEqual([]);
      expect(troubles).toEqual([]);
      await page.close();
    }
  });
});
