/**
 * Runs a mocha suite inside the extension host of the embedded editor. The built workbench takes
 * `extensionTestsPath` only while its smoke-test driver is on, so the page is given that option on the way.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { format } from "node:util";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import type { Editor } from "./editor.ts";
import { root, scratch } from "./paths.ts";
import type { SuiteWindow } from "./suiteWindows.ts";

export interface SuiteOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly pending: number;
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
  readonly window: SuiteWindow;
  /** The extension's root, with package.json and dist. */
  readonly extension: string;
  /** What `bundleSuite` returned. */
  readonly suite: string;
  readonly limitMs: number;
  /** Called with every line of mocha's report as it comes. */
  readonly onLine: (line: string) => void;
}

/** Runs the suite to its end; undefined when not a single test ran in this window. Rejects when the suite does not end. */
export async function runSuite(options: SuiteRun): Promise<SuiteOutcome | undefined> {
  const context = await options.browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await turnOnDriver(page, options.editor.address);
    const report: string[] = [];
    const ended = suiteEnd(page, options, report);
    await page.goto(urlWithSuite(options));
    const exitCode = await ended;
    const hasRun = report.some((line) => line.trim() === options.window.reports);
    return hasRun ? outcomeOf(report, exitCode) : undefined;
  } finally {
    await context.close();
  }
}

/** Collects mocha's report and resolves with the suite's exit code. */
async function suiteEnd(
  page: Page,
  { limitMs, onLine, editor }: SuiteRun,
  report: string[],
): Promise<number> {
  const everything: string[] = [];
  const takeLog = (kind: string, parameters: readonly unknown[]): void => {
    const text = format(...parameters);
    everything.push(text);
    for (const line of text.split("\n")) {
      // Mocha indents all that it writes; what the workbench logs begins at the margin.
      if (kind !== "info" || !/^(?: {2}|$)/.test(line)) continue;
      report.push(line);
      onLine(line);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<number>((resolve, reject) => {
    const giveUp = (): void => {
      const last = everything.slice(-30).join("\n");
      reject(
        new Error(`The suite did not end within ${limitMs / 1000} s.\n${last}\n${editor.log()}`),
      );
    };
    timer = setTimeout(giveUp, limitMs);
    Promise.all([
      page.exposeFunction("codeAutomationLog", takeLog),
      page.exposeFunction("codeAutomationExit", resolve),
    ]).catch(reject);
  });
  return ended.finally(() => clearTimeout(timer));
}

/** Reads the last lines of mocha's report, for example "  12 passing (3s)" and "  1 failing". */
export function outcomeOf(report: readonly string[], exitCode: number): SuiteOutcome {
  const count = (word: string): number => {
    const line = report.findLast((text) => new RegExp(`^ {2}\\d+ ${word}\\b`).test(text));
    return line === undefined ? 0 : Number.parseInt(line, 10);
  };
  const outcome = { passed: count("passing"), failed: count("failing"), pending: count("pending") };
  if (outcome.passed + outcome.failed === 0) throw new Error("The suite reported no test at all.");
  if ((exitCode === 0) !== (outcome.failed === 0)) {
    throw new Error(
      `The suite ended with code ${exitCode} but reported ${outcome.failed} failures.`,
    );
  }
  return outcome;
}

function urlWithSuite({ editor, window, extension, suite }: SuiteRun): string {
  const remote = (path: string): string => `vscode-remote://${new URL(editor.address).host}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(suite)],
    ["enableProposedApi", ""],
    ["skipWelcome", "true"],
  ];
  return `${editor.address}/?${window.query}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
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
