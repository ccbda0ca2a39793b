/** What every browser test of the panels needs: a page with a panel, and questions to ask it. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type * as Axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import type { PanelKind } from "../../../src/protocol/panelContract.ts";
import type { PageKind } from "../../../src/host/panels/panelHtml.ts";
import { launchBrowser } from "../../host/browser.ts";
import { serveHarness, type HarnessServer } from "./serveHarness.ts";

export const panels: readonly PanelKind[] = ["timeline", "gates", "gradients", "curves"];

let server: HarnessServer;
let browser: Browser;

/** Keeps a server and a browser for the tests of the file that calls it. */
export function keepHarness(): void {
  beforeAll(async () => {
    [server, browser] = await Promise.all([
      serveHarness([...panels, "model", "tune"]),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
}

interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, broken policies among them. */
  readonly troubles: string[];
}

export async function open(
  panel: PageKind,
  query: Record<string, string> = {},
  { width = 320, height = 900 } = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height } });
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(message.text());
  });
  await page.goto(
    `${server.url}/${panel}?${new URLSearchParams({ theme: "dark", ...query }).toString()}`,
  );
  await page.waitForFunction(
    () =>
      document.querySelector("main h1") !== null &&
      document.querySelector("main")?.getAttribute("aria-busy") !== "true",
  );
  await settled(page);
  return { page, troubles };
}

/** Two frames later, and with no question open. */
export const settled = (page: Page): Promise<void> =>
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

export const calls = (page: Page, name: string): Promise<readonly unknown[]> =>
  page.evaluate(
    (name) =>
      window.harness.calls.filter((call) => call.name === name).map(({ request }) => request),
    name,
  );

/** Share of a canvas' pixels that are painted, and how many colours there are. */
export const inkOf = (page: Page, selector: string) =>
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

/** Rules of axe that the page breaks. */
export async function violations(page: Page): Promise<readonly string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    return (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
}
