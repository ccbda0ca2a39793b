/** `npm run test:editor`: the suite of `test/e2e/suite` inside the extension host of the embedded editor. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { launchBrowser } from "./browser.ts";
import { startEditor } from "./editor.ts";
import { root, scratch } from "./paths.ts";
import { buildExtension } from "./package.ts";
import { bundleSuite, runSuite, type SuiteOutcome } from "./suiteRunner.ts";

const limitMs = 8 * 60_000;

export async function testEditor(): Promise<SuiteOutcome> {
  const home = join(scratch, "suite");
  const folder = join(home, "workspace");
  await rm(home, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const suite = await bundleSuite();
  const editor = await startEditor({
    userDataDir: join(home, "user"),
    extensionsDir: join(home, "extensions"),
  });
  try {
    const browser = await launchBrowser();
    try {
      return await runSuite({
        browser,
        editor,
        folder,
        extension: root,
        suite,
        limitMs,
        onLine: (line) => console.log(line),
      });
    } finally {
      await browser.close();
    }
  } finally {
    await editor.stop();
  }
}

if (import.meta.main) {
  await buildExtension();
  const { failed } = await testEditor();
  process.exitCode = failed > 0 ? 1 : 0;
}
