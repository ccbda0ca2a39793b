/**
 * `npm run test:desktop`: the same suite in desktop VS Code, which `@vscode/test-electron` downloads. On a
 * machine without a screen run it under `xvfb-run`. `npm run test:desktop -- insiders` takes another version.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";
import { buildExtension } from "./package.ts";
import { root, scratch } from "./paths.ts";
import { bundleSuite } from "./suiteRunner.ts";
import { makeSuiteWindows } from "./suiteWindows.ts";

const home = join(scratch, "desktop");
await rm(home, { recursive: true, force: true });
const windows = await makeSuiteWindows(home);
await buildExtension();
const suite = await bundleSuite();
const codes: number[] = [];
for (const { title, path } of windows) {
  console.log(`\n──── a window on ${title}`);
  const code = await runTests({
    version: process.argv[2] ?? "stable",
    cachePath: scratch,
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    launchArgs: [
      ...(path === undefined ? [] : [path]),
      `--user-data-dir=${join(home, "user")}`,
      `--extensions-dir=${join(home, "extensions")}`,
      "--disable-workspace-trust",
    ],
  });
  codes.push(code);
}
process.exitCode = Math.max(...codes);
