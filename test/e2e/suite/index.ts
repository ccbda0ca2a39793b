/** Entry of the tests that run inside the extension host. Whoever runs them calls `run`. */
import { format } from "node:util";
import * as mochaModule from "mocha";
import * as vscode from "vscode";
import type Mocha from "mocha";

/** The package's types know only its CommonJS face, where the class is the module. */
const { Mocha: Runner } = mochaModule as unknown as { Mocha: typeof Mocha };

/** What needs a window on one folder, which is nearly everything. */
async function importAll(): Promise<void> {
  await import("./activation.test.ts");
  await import("./newConfig.test.ts");
  await import("./samples.test.ts");
  await import("./configLanguage.test.ts");
  await import("./training.test.ts");
  await import("./interruption.test.ts");
  await import("./badMoments.test.ts");
  await import("./runs.test.ts");
  await import("./stepping.test.ts");
  await import("./typedSequences.test.ts");
  await import("./debugging.test.ts");
  await import("./output.test.ts");
  await import("./panels.test.ts");
}

const folderCount = (): number => vscode.workspace.workspaceFolders?.length ?? 0;

/**
 * A workspace's folders come when its file has been read. The embedded workbench now and then never gets an answer to
 * what it reads first, the workspace file and the settings: such a window stays empty, and has to be opened again.
 */
async function foldersToCome(): Promise<void> {
  if (vscode.workspace.workspaceFile === undefined) return;
  for (let waits = 0; folderCount() === 0; waits++) {
    if (waits === 100) throw new Error("The workbench has not read its workspace file.");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Rejects when a test failed, or when the window never came to be what it should; the results are printed to the console. */
export async function run(): Promise<void> {
  // What is written here crosses to the browser's console, which would not fill in the placeholders.
  Runner.reporters.Base.consoleLog = (...args: unknown[]) => console.log(format(...args));
  const mocha = new Runner({
    ui: "bdd",
    timeout: 60_000,
    slow: 5_000,
    color: false,
    reporter: "spec",
  });
  // The files are bundled, so mocha cannot load them by name: give them its globals and let them register.
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await foldersToCome();
  const folders = folderCount();
  if (folders === 0) await import("./emptyWindow.test.ts");
  else if (folders > 1) await import("./severalFolders.test.ts");
  else await importAll();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} ${failures === 1 ? "test" : "tests"} failed.`);
}
