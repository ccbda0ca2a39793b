/**
 * Draws media/icon.png, the extension's picture, from media/icon.svg. Run it after changing the SVG:
 *
 *   node media/drawIcon.mjs [path of a Chrome or Chromium]
 */
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const folder = import.meta.dirname;
const executablePath = process.argv[2] ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
  await page.setContent(
    `<style>body{margin:0}</style>${await readFile(`${folder}/icon.svg`, "utf8")}`,
  );
  await page.screenshot({ path: `${folder}/icon.png`, omitBackground: true });
} finally {
  await browser.close();
}
