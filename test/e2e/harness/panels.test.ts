/**
 * The heatmap panels in a real browser, under the host's own page and policy, answered by the fake
 * host: what is drawn, what is asked of the host, what the keyboard and the mouse do.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import type * as Axe from "axe-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HeatmapRequest } from "../../../src/protocol/contracts.ts";
import { launchBrowser } from "../../host/browser.ts";
import { serveHarness, type HarnessServer } from "./serveHarness.ts";

const panels = ["gates", "gradients"] as const;
const themes = ["dark", "light", "hc-dark", "hc-light"] as const;
type Panel = (typeof panels)[number];

let server: HarnessServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveHarness(panels), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, broken policies among them. */
  readonly troubles: string[];
}

async function open(
  panel: Panel,
  query: Record<string, string> = {},
  width = 320,
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(message.text());
  });
  await page.goto(
    `${server.url}/${panel}?${new URLSearchParams({ theme: "dark", ...query }).toString()}`,
  );
  await page.waitForFunction(
    () => document.querySelector("main")?.getAttribute("aria-busy") === "false",
  );
  await settled(page);
  return { page, troubles };
}

/** Two frames later, and with no question open. */
const settled = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const wait = (frames: number): void => {
          if (frames === 0) resolve();
          else requestAnimationFrame(() => setTimeout(() => wait(frames - 1), 10));
        };
        wait(4);
      }),
  );

const calls = (page: Page, name: string): Promise<readonly unknown[]> =>
  page.evaluate(
    (name) =>
      window.harness.calls.filter((call) => call.name === name).map(({ request }) => request),
    name,
  );

const reading = (page: Page): Promise<string> => page.locator(".reading").first().innerText();

/** Share of a canvas' pixels that are painted, and how many colours there are. */
const inkOf = (page: Page, selector: string) =>
  page.evaluate((selector) => {
    const canvas = document.querySelector<HTMLCanvasElement>(selector);
    const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    if (!data) throw new Error(`There is no canvas ${selector}.`);
    const colors = new Set<number>();
    let painted = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 0) continue;
      painted++;
      colors.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    }
    return { share: painted / (data.length / 4), colors: colors.size };
  }, selector);

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

describe.each(panels)("the %s panel", (panel) => {
  it.each(themes)(
    "draws under the host's policy in the %s theme, and axe has no complaint",
    async (theme) => {
      const { page, troubles } = await open(panel, { theme });
      const ink = await inkOf(page, "canvas.data");
      expect(ink.share).toBeGreaterThan(0.5);
      expect(ink.colors).toBeGreaterThan(100);
      // axe adds style sheets of its own, which the policy forbids: its complaints come after ours.
      expect(troubles).toEqual([]);
      const axe = await readFile(
        createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
        "utf8",
      );
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: typeof Axe };
        return (await axe.run(document)).violations.map(
          ({ id, nodes }) => `${id}: ${nodes[0].html}`,
        );
      });
      expect(violations).toEqual([]);
      await page.close();
    },
  );

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

  it("opens as an editor tab", async () => {
    const { page } = await open(panel);
    await page.locator('vscode-toolbar-button[label="Open as editor tab"]').click();
    const name = panel === "gates" ? "unroll.openGatesInEditor" : "unroll.openGradientsInEditor";
    expect(await calls(page, "run")).toEqual([{ command: name }]);
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

/** What the gradients panel says, and how much of its heatmap lies near or below the end of the scale. */
async function reachSeen(scenario: string) {
  const { page } = await open("gradients", { scenario });
  const verdict = await page.locator(".verdict strong").innerText();
  const share = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("canvas.data");
    const data = canvas?.getContext("2d")?.getImageData(60, 30, 200, 120).data ?? [];
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 1] < 60) dark++;
    return dark / (data.length / 4);
  });
  await page.close();
  return { verdict, share };
}

describe("the gradients panel", () => {
  it("asks for the flow matrix after the rest, and before a long computation asks the person", async () => {
    const quick = await open("gradients", { scenario: "characters" });
    const names = await quick.page.evaluate(() => window.harness.calls.map(({ name }) => name));
    expect(names.filter((name) => name === "gradientFlow")).toHaveLength(1);
    expect(names.indexOf("gradientFlow")).toBeGreaterThan(names.indexOf("heatmap"));
    await quick.page.close();

    const { page } = await open("gradients", { scenario: "long" });
    expect(await calls(page, "gradientFlow")).toEqual([]);
    await page.getByText("Compute the Matrix").click();
    await settled(page);
    expect(await calls(page, "gradientFlow")).toHaveLength(1);
    expect(await page.locator(".verdict").innerText()).toContain("vanishes");
    await page.close();
  });

  it("shows at a glance that an RNN forgets and an LSTM does not", async () => {
    const rnn = await reachSeen("addingRnn");
    const lstm = await reachSeen("addingLstm");
    expect(rnn.verdict).toContain("vanishes");
    expect(lstm.verdict).toContain("carries");
    expect(rnn.share).toBeGreaterThan(0.2);
    expect(lstm.share).toBeLessThan(0.02);
  });

  it("chooses another loss in the matrix with up and down, and judges that one", async () => {
    const { page } = await open("gradients", { scenario: "characters" });
    await page.locator("canvas.overlay").nth(1).focus();
    await page.keyboard.press("Shift+ArrowUp");
    await settled(page);
    expect(await page.locator(".verdict").innerText()).toContain("step 39");
    expect(await page.locator(".reading").nth(1).innerText()).toMatch(
      /^∂L at step 39 reaches step 17 with norm/,
    );
    expect(await calls(page, "moveCursor")).toEqual([]);
    await page.close();
  });
});
