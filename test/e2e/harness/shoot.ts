/**
 * Photographs a panel with synthetic data, for looking at:
 *
 *   node test/e2e/harness/shoot.ts gates --theme dark,hc-light --width 320,900 --scenario long
 *     [--height 900] [--press "ArrowRight ArrowRight"] [--hover 200,150] [--choose "Tensor=c"] [--click "Compute Singular Values"] [--out .vscode-test/harness]
 *
 * Fails when the page logs an error or breaks its content security policy.
 */
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launchBrowser } from "../../host/browser.ts";
import { isPanel, serveHarness } from "./serveHarness.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    theme: { type: "string", default: "dark" },
    width: { type: "string", default: "320" },
    height: { type: "string", default: "900" },
    scenario: { type: "string", default: "characters" },
    place: { type: "string", default: "sideBar" },
    press: { type: "string", default: "" },
    hover: { type: "string", default: "" },
    choose: { type: "string", default: "" },
    click: { type: "string", default: "" },
    scale: { type: "string", default: "1" },
    out: { type: "string", default: ".vscode-test/harness" },
  },
});

const panel = positionals[0];
if (!isPanel(panel)) throw new Error(`There is no panel "${panel}".`);
const server = await serveHarness([panel]);
const browser = await launchBrowser();
const troubles: string[] = [];
try {
  await mkdir(values.out, { recursive: true });
  for (const scenario of values.scenario.split(",")) {
    for (const theme of values.theme.split(",")) {
      for (const width of values.width.split(",")) await shoot(scenario, theme, Number(width));
    }
  }
} finally {
  await browser.close();
  await server.close();
}
for (const trouble of new Set(troubles)) console.error(trouble);
process.exitCode = troubles.length > 0 ? 1 : 0;

async function shoot(scenario: string, theme: string, width: number): Promise<void> {
  const page = await browser.newPage({
    viewport: { width, height: Number(values.height) },
    deviceScaleFactor: Number(values.scale),
  });
  page.on("pageerror", (error) => troubles.push(`${scenario}: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      troubles.push(`${scenario}: ${message.text()}`);
  });
  await page.goto(
    `${server.url}/${panel}?theme=${theme}&scenario=${scenario}&place=${values.place}`,
  );
  await page.waitForTimeout(scenario === "long" ? 2500 : 600);
  for (const text of values.click.split(",").filter(Boolean)) {
    await page.getByText(text, { exact: true }).click();
    await page.waitForTimeout(400);
  }
  for (const choice of values.choose.split(",").filter(Boolean)) {
    const [label, option] = choice.split("=");
    await page.locator(`vscode-single-select[label="${label}"]`).click();
    await page.getByRole("option", { name: option }).click();
    await page.waitForTimeout(200);
  }
  if (values.press) {
    await page.locator("canvas.overlay").first().focus();
    for (const key of values.press.split(" ")) await page.keyboard.press(key);
    await page.waitForTimeout(400);
  }
  if (values.hover) {
    const [x, y] = values.hover.split(",").map(Number);
    await page.mouse.move(x, y);
    await page.waitForTimeout(200);
  }
  const path = `${values.out}/${panel}-${scenario}-${theme}-${width}.png`;
  await page.screenshot({ path, fullPage: true });
  console.log(path);
  await page.close();
}
