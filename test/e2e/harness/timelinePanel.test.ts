/** The timeline in a real browser: its counter, and what it makes of the height that it is given. */
import { describe, expect, it } from "vitest";
import { keepHarness, open } from "./openPanel.ts";

keepHarness();

describe("the timeline", () => {
  it("counts its steps from zero, and says so", async () => {
    const { page } = await open("timeline");
    expect((await page.locator(".counter").innerText()).replace(/\s+/g, " ")).toContain("/ 49");
    expect(await page.locator(".counter input").getAttribute("aria-label")).toBe(
      "Step 17 of 0…49, 50 steps",
    );
    await page.close();
  });

  it("fills a tall editor tab", async () => {
    for (const [height, least] of [
      [700, 380],
      [1000, 640],
    ]) {
      const { page } = await open(
        "timeline",
        { place: "editor", scenario: "gru" },
        { width: 1080, height },
      );
      const network = await page.locator(".network").boundingBox();
      expect(network?.height).toBeGreaterThan(least);
      await page.close();
    }
  });

  it("shows input, cells and steps in a low side bar without scrolling", async () => {
    const { page } = await open(
      "timeline",
      { place: "sideBar", scenario: "forecast" },
      { width: 310, height: 260 },
    );
    const { bottom, overflow } = await page.locator(".scroller").evaluate((scroller) => ({
      bottom: scroller.getBoundingClientRect().bottom,
      overflow: scroller.scrollHeight - scroller.clientHeight,
    }));
    expect(overflow).toBeLessThanOrEqual(0);
    expect(bottom).toBeLessThanOrEqual(260);
    await page.close();
  });
});
