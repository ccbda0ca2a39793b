/**
 * The heatmap panels in a real browser, answered by the fake host: what is drawn, what is asked of the
 * host, what the keyboard and the mouse do.
 */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { HeatmapRequest } from "../../../src/protocol/instruments.ts";
import { calls, inkOf, keepHarness, open, settled } from "./openPanel.ts";

const heatmapPanels = ["gates", "gradients"] as const;

keepHarness();

const reading = (page: Page): Promise<string> => page.locator(".reading").first().innerText();

/** Counts how often each kind of canvas is cleared from now on, which begins every drawing. */
const countDrawings = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const counts = { data: 0, overlay: 0 };
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its own canvas below
    const { clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (x, y, width, height) {
      if (this.canvas.className === "data") counts.data++;
      if (this.canvas.className.startsWith("overlay")) counts.overlay++;
      clearRect.call(this, x, y, width, height);
    };
    Object.assign(window, { drawings: counts });
  });
const drawings = (page: Page): Promise<{ data: number; overlay: number }> =>
  page.evaluate(
    () => (window as unknown as { drawings: { data: number; overlay: number } }).drawings,
  );

describe.each(heatmapPanels)("the %s panel", (panel) => {
  it.each([250, 320, 400])("shows its picture at once in a view %i pixels low", async (height) => {
    const { page } = await open(panel, { place: "sideBar" }, { width: 310, height });
    const picture = await page.locator(".picture").first().boundingBox();
    expect(picture?.y).toBeLessThan(100);
    expect((picture?.y ?? 0) + (picture?.height ?? 0)).toBeLessThanOrEqual(height + 10);
    expect(picture?.height).toBeGreaterThanOrEqual(height * 0.5);
    await page.close();
  });

  it("folds sequence and run away in a low view, to be opened by the title", async () => {
    const { page } = await open(panel, { place: "sideBar" }, { width: 310, height: 300 });
    const run = page.getByText("best checkpoint");
    expect(await run.isVisible()).toBe(false);
    await page.locator("summary").first().click();
    expect(await run.isVisible()).toBe(true);
    await page.close();
  });

  it("follows the cursor by drawing overlays alone, and asks for no heatmap again", async () => {
    const { page } = await open(panel, { scenario: "characters" });
    const before = (await calls(page, "heatmap")).length;
    await countDrawings(page);
    for (const t of [18, 19, 30]) {
      await page.evaluate((t) => window.harness.moveCursor({ t }), t);
      await settled(page);
    }
    expect(await drawings(page)).toMatchObject({ data: 0 });
    expect((await drawings(page)).overlay).toBeGreaterThanOrEqual(3);
    expect((await calls(page, "heatmap")).length).toBe(before);
    expect(await reading(page)).toContain("Step 30");
    await page.close();
  });

  it("moves the shared cursor by keyboard, and says what is under it", async () => {
    const { page } = await open(panel, { scenario: "characters" });
    await page.locator("canvas.overlay").first().focus();
    for (const key of ["ArrowRight", "ArrowDown", "End", "Home", "Shift+ArrowRight"]) {
      await page.keyboard.press(key);
      await settled(page);
    }
    expect(await calls(page, "moveCursor")).toEqual([
      { t: 18 },
      { t: 18, unit: 1 },
      { t: 49 },
      { t: 0 },
      { t: 10 },
    ]);
    expect(await reading(page)).toMatch(/^Step 10, “.”.*unit 1: /);
    await expect
      .poll(() => page.locator("[role=status]").first().textContent())
      .toMatch(/^Step 10/);
    await page.close();
  });

  it("moves the cursor to the cell that is clicked", async () => {
    const { page } = await open(panel, { scenario: "characters" });
    const box = await page.locator("canvas.overlay").first().boundingBox();
    if (!box) throw new Error("The picture has no size.");
    await page.mouse.click(box.x + box.width * 0.5, box.y + 100);
    const [move] = (await calls(page, "moveCursor")) as { t: number; unit: number }[];
    expect(move.t).toBeGreaterThan(15);
    expect(move.t).toBeLessThan(35);
    expect(move.unit).toBeGreaterThan(0);
    await page.close();
  });

  it("asks for what is in view at the resolution of the screen, and no more", async () => {
    const { page } = await open(panel, { scenario: "long" });
    await page.locator("canvas.overlay").first().focus();
    await page.keyboard.press("+");
    await page.waitForTimeout(600);
    const requests = (await calls(page, "heatmap")) as HeatmapRequest[];
    for (const { columns, rows, steps, units } of requests) {
      expect(columns).toBeLessThanOrEqual(320);
      // The order of units is asked for once, one step wide.
      expect(rows).toBeLessThanOrEqual(steps[1] - steps[0] === 1 ? 512 : 900);
      expect(units[1]).toBeLessThanOrEqual(512);
    }
    const [from, to] = requests[requests.length - 1].steps;
    expect(to - from).toBe(6667);
    expect(from).toBeLessThan(4200);
    await page.close();
  });

  it("remembers its tensor and its view over a reload", async () => {
    const { page } = await open(panel, { scenario: "characters" });
    const label = panel === "gates" ? "Tensor" : "Gradient of";
    await page.locator(`vscode-single-select[label="${label}"]`).click();
    await page.getByRole("option", { name: "o · output gate" }).click();
    await page.locator("canvas.overlay").first().focus();
    await page.keyboard.press("+");
    await settled(page);
    await page.reload();
    await settled(page);
    expect(await page.locator("h1").innerText()).toContain("layers.0.forward.o");
    const requests = (await calls(page, "heatmap")) as HeatmapRequest[];
    const views = requests.filter(({ rows, steps }) => rows > 1 && steps[1] - steps[0] > 1);
    expect(views.map(({ steps }) => steps[1] - steps[0])).toEqual([33]);
    await page.close();
  });

  it("follows the cursor into another layer", async () => {
    const { page } = await open(panel, { scenario: "characters" });
    await page.evaluate(() => window.harness.moveCursor({ layer: 1 }));
    await settled(page);
    expect(await page.locator("h1").innerText()).toContain("layers.1.forward");
    const requests = (await calls(page, "heatmap")) as HeatmapRequest[];
    expect(requests[requests.length - 1].tensor).toContain("layers.1.forward");
    await page.close();
  });

  it("changes with the theme while it is open", async () => {
    const { page } = await open(panel, { scenario: "gru" });
    const pixel = (): Promise<number[]> =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>("canvas.overlay");
        const data =
          canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        // The brightest and the darkest painted pixel: ink of the cursor and the axis.
        let most = [0, 0, 0];
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3] > 250 && data[at] > most[0])
            most = [data[at], data[at + 1], data[at + 2]];
        }
        return most;
      });
    const dark = await pixel();
    await page.evaluate(() => window.harness.setTheme("light"));
    await settled(page);
    expect(await pixel()).not.toEqual(dark);
    await page.close();
  });

  it("says what is wrong when the worker cannot answer", async () => {
    const { page } = await open(panel, { scenario: "failing" });
    expect(await page.getByRole("alert").innerText()).toContain("ran out of memory");
    await page.close();
  });

  it("says what it is for when there is nothing to show, and runs the command that gets there", async () => {
    const { page } = await open(panel, { scenario: "empty" });
    await page.getByText("Step Through Sequence…").click();
    expect(await calls(page, "run")).toEqual([{ command: "unroll.stepThrough" }]);
    await page.close();
  });

  it("draws a sequence of one step", async () => {
    const { page, troubles } = await open(panel, { scenario: "oneStep" });
    expect((await inkOf(page, "canvas.data")).share).toBeGreaterThan(0.3);
    await page.locator("canvas.overlay").first().focus();
    for (const key of ["ArrowRight", "End", "+", "-", "PageDown"]) await page.keyboard.press(key);
    expect(await calls(page, "moveCursor")).toEqual([]);
    expect(troubles).toEqual([]);
    await page.close();
  });
});
