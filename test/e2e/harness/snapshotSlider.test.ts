/** The slider through a training, in a real browser: by keyboard and mouse, in every panel that has a sequence. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { calls, keepHarness, open, settled, violations } from "./openPanel.ts";

keepHarness();

const slider = (page: Page) => page.getByRole("slider");
const said = (page: Page) => slider(page).getAttribute("aria-valuetext");
const asked = async (page: Page): Promise<readonly unknown[]> =>
  ((await calls(page, "showThrough")) as { weights: unknown }[]).map(({ weights }) => weights);

/** A number that is another one when the picture is. */
const pictureOf = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("canvas.data, .network canvas");
    const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    return data?.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, 7);
  });

describe.each(["timeline", "gates", "gradients"] as const)("in the %s panel", (panel) => {
  it("is there where a run kept snapshots, and nowhere else", async () => {
    const without = await open(panel, { scenario: "addingLstm" });
    expect(await slider(without.page).count()).toBe(0);
    await without.page.close();
    const { page, troubles } = await open(panel, { scenario: "learning" });
    expect(await slider(page).count()).toBe(1);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it("goes through the training by arrows, Home and End", async () => {
    const { page } = await open(panel, { scenario: "learning" });
    await slider(page).focus();
    for (const key of ["ArrowLeft", "ArrowLeft", "Home", "ArrowRight", "End"]) {
      await page.keyboard.press(key);
      await settled(page);
    }
    expect(await asked(page)).toEqual([1100, 1000, 0, 100, "newest"]);
    expect(await said(page)).toBe("after 1,200 updates, newest");
    await page.close();
  });

  it("leaves the cursor, and what the panel was asked to show, as they were", async () => {
    const { page } = await open(panel, { scenario: "learning" });
    const before = await page.evaluate(() => window.harness.state.cursor);
    await slider(page).focus();
    await page.keyboard.press("Home");
    await settled(page);
    expect(await page.evaluate(() => window.harness.state.cursor)).toEqual(before);
    expect(await calls(page, "moveCursor")).toEqual([]);
    await page.close();
  });

  it.each(["dark", "light", "hc-dark", "hc-light"])("has no fault for axe in %s", async (theme) => {
    for (const scenario of ["learning", "live"]) {
      const { page, troubles } = await open(panel, { scenario, theme });
      expect(troubles).toEqual([]);
      expect(await violations(page), scenario).toEqual([]);
      await page.close();
    }
  });
});

describe("what is drawn", () => {
  it.each(["timeline", "gradients"] as const)(
    "changes in the %s panel, and comes back",
    async (panel) => {
      const { page } = await open(panel, { scenario: "learning" });
      await slider(page).focus();
      // There and back once, so that the scales have seen everything.
      for (const key of ["Home", "End"]) {
        await page.keyboard.press(key);
        await settled(page);
      }
      const learnt = await pictureOf(page);
      await page.keyboard.press("Home");
      await settled(page);
      expect(await pictureOf(page)).not.toBe(learnt);
      await page.keyboard.press("End");
      await settled(page);
      expect(await pictureOf(page)).toBe(learnt);
      await page.close();
    },
  );

  it("is never blank on the way", async () => {
    const { page } = await open("gradients", { scenario: "learning" });
    await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("canvas.data");
      const seen = ((window as unknown as { blanks: number }).blanks = 0);
      const look = (): void => {
        const data = canvas?.getContext("2d")?.getImageData(120, 60, 40, 40).data ?? [];
        if (data.every((value) => value === 0)) (window as unknown as { blanks: number }).blanks++;
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      return seen;
    });
    await slider(page).focus();
    for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowRight", "End"]) {
      await page.keyboard.press(key);
      await settled(page);
    }
    expect(await page.evaluate(() => (window as unknown as { blanks: number }).blanks)).toBe(0);
    await page.close();
  });

  it("judges by the updates that are shown: what vanishes at first is carried in the end", async () => {
    const { page } = await open("gradients", { scenario: "learning" });
    const verdict = () => page.locator(".verdict strong").innerText();
    expect(await verdict()).toContain("carries");
    await slider(page).focus();
    await page.keyboard.press("Home");
    await settled(page);
    expect(await verdict()).toContain("vanishes");
    await page.close();
  });
});

describe("while the run is trained", () => {
  it("says so at the right end, and no longer once the person looks at an older one", async () => {
    const { page } = await open("gates", { scenario: "live" });
    expect(await said(page)).toBe("after 1,200 updates, live");
    await slider(page).focus();
    await page.keyboard.press("ArrowLeft");
    await settled(page);
    expect(await said(page)).toBe("after 1,100 updates");
    await page.close();
  });

  it("stays at the right end when new ones come, and where the person is when they look back", async () => {
    const { page } = await open("gates", { scenario: "live" });
    const grow = (at: number | "newest") =>
      page.evaluate((at) => {
        const { harness } = window;
        const { trace } = harness.state;
        const update = at === "newest" ? 1400 : at;
        const updates = Array.from({ length: 15 }, (_, index) => index * 100);
        harness.state = {
          ...harness.state,
          ...(trace && { trace: { ...trace, id: `trace after ${update}`, update } }),
          snapshots: { updates, at, isGrowing: true },
        };
        harness.server.emit("state", harness.state);
      }, at);
    await grow("newest");
    await settled(page);
    expect(await said(page)).toBe("after 1,400 updates, live");
    await grow(700);
    await settled(page);
    expect(await said(page)).toBe("after 700 updates");
    expect(await slider(page).inputValue()).toBe("7");
    await page.close();
  });
});
