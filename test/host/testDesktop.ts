/**
 * `npm run test:desktop`: the same suite in desktop VS Code, which `@vscode/test-electron` downloads. On a
 * machine without a screen run it under `xvfb-run`. `npm run test:desktop -- insiders` takes another version.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";
import { buildExtension } from "./package.ts";
import { root, scratch } from "./paths.ts";
import { bundleSuite } from "./suiteRunner.ts";

const home = join(scratch, "desktop");
const folder = join(home, "workspace");
await rm(home, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await buildExtension();
process.exitCode = await runTests({
  version: process.argv[2] ?? "stable",
  cachePath: scratch,
  extensionDevelopmentPath: root,
  extensionTestsPath: await bundleSuite(),
  launchArgs: [
    folder,
    `--user-data-dir=${join(home, "user")}`,
    `--extensions-dir=${join(home, "extensions")}`,
    "--disable-workspace-trust",
  ],
});
