/**
 * Runs a mocha suite inside the extension host of the embedded editor. The built workbench takes
 * `extensionTestsPath` only while its smoke-test driver is on, so the page is given that option on the way.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import type { Editor } from "./editor.ts";
import { root, scratch } from "./paths.ts";

export interface SuiteOutcome {
  readonly passed: number;
  readonly failed: number;
}

/** Bundles `test/e2e/suite` into one file that an extension host can require. */
export async function bundleSuite(): Promise<string> {
  const outfile = join(scratch, "suite.cjs");
  await mkdir(scratch, { recursive: true });
  await build({
    entryPoints: [join(root, "test/e2e/suite/index.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "inline",
    mainFields: ["module", "main"],
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return outfile;
}

export interface SuiteRun {
  readonly browser: Browser;
  readonly editor: Editor;
  readonly folder: string;
  readonly extension: string;
  readonly suite: string;
  readonly limitMs: number;
  /** What the extension host writes to its console. */
  readonly onLog: (text: string) => void;
}

/** Returns the suite's exit code: 0 when every test passed. */
export async function runSuite(options: SuiteRun): Promise<number> {
  const context = await options.browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await turnOnDriver(page, options.editor.address);
    const ended = exitCode(page, options);
    await page.goto(urlWithSuite(options));
    return await ended;
  } finally {
    await context.close();
  }
}

async function exitCode(page: Page, { limitMs, onLog }: SuiteRun): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<number>((resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The suite did not end within ${limitMs / 1000} s.`)),
      limitMs,
    );
    void page.exposeFunction("codeAutomationLog", (_type: string, parameters: readonly unknown[]) =>
      onLog(parameters.map(String).join(" ")),
    );
    void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
  });
  return ended.finally(() => clearTimeout(timer));
}

function urlWithSuite({ editor, folder, extension, suite }: SuiteRun): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${editor.port}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(suite)],
    ["enableProposedApi", ""],
    ["skipWelcome", "true"],
  ];
  return `${editor.urlOf(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** The workbench's own options stand in the page as HTML-escaped JSON. */
async function turnOnDriver(page: Page, address: string): Promise<void> {
  await page.route(`${address}/?*`, async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const changed = html.replace(/data-settings="([^"]*)"/, (_all, escaped: string) => {
      const settings = JSON.parse(
        escaped.replaceAll("&quot;", '"').replaceAll("&amp;", "&"),
      ) as Record<string, unknown>;
      const developmentOptions = {
        ...(settings["developmentOptions"] as object),
        enableSmokeTestDriver: true,
      };
      const json = JSON.stringify({ ...settings, developmentOptions });
      return `data-settings="${json.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;
    });
    if (changed === html) throw new Error("The editor's page has no settings to change.");
    await route.fulfill({ response, body: changed });
  });
}
