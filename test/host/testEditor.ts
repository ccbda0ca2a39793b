/** `npm run test:editor`: the suite of `test/e2e/suite` inside the extension host of the embedded editor. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { launchBrowser } from "./browser.ts";
import { startEditor } from "./editor.ts";
import { root, scratch } from "./paths.ts";
import { buildExtension } from "./package.ts";
import { bundleSuite, runSuite, type SuiteOutcome } from "./suiteRunner.ts";
import { makeSuiteWindows } from "./suiteWindows.ts";

const limitMs = 8 * 60_000;

export async function testEditor(): Promise<SuiteOutcome> {
  const home = join(scratch, "suite");
  await rm(home, { recursive: true, force: true });
  const windows = await makeSuiteWindows(home);
  const suite = await bundleSuite();
  const editor = await startEditor({
    userDataDir: join(home, "user"),
    extensionsDir: join(home, "extensions"),
  });
  try {
    const browser = await launchBrowser();
    try {
      const outcomes: SuiteOutcome[] = [];
      for (const window of windows) {
        console.log(`\n  ── a window on ${window.title}`);
        outcomes.push(
          await inAnyOfTheTries(() =>
            runSuite({
              browser,
              editor,
              window,
              extension: root,
              suite,
              limitMs,
              onLine: (line) => console.log(line),
            }),
          ),
        );
      }
      return totalOf(outcomes);
    } finally {
      await browser.close();
    }
  } finally {
    await editor.stop();
  }
}

/** A window that was not what it should be is opened again; one that never is counts as a failed test. */
async function inAnyOfTheTries(
  runOnce: () => Promise<SuiteOutcome | undefined>,
): Promise<SuiteOutcome> {
  for (let tries = 0; tries < 5; tries++) {
    const outcome = await runOnce();
    if (outcome) return outcome;
    console.log("  The window did not open as it should: it is opened again.");
  }
  console.log("  The window never opened as it should.");
  return { passed: 0, failed: 1, pending: 0 };
}

const totalOf = (outcomes: readonly SuiteOutcome[]): SuiteOutcome => {
  const sum = (key: keyof SuiteOutcome): number =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), pending: sum("pending") };
};

if (import.meta.main) {
  await buildExtension();
  const { failed } = await testEditor();
  process.exitCode = failed > 0 ? 1 : 0;
}
