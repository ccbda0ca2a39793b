/**
 * `npm start`: opens VS Code on the sample workspaces with the packaged extension installed, a model training
 * and the panels open. Desktop `code` when it is on the PATH, else the embedded editor, whose address is
 * printed. `--embedded` prefers the latter; `--headless` takes the tour without a person.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchBrowser } from "./browser.ts";
import {
  installExtension,
  startEditor,
  urlOfFolder,
  writeSettings,
  type Editor,
} from "./editor.ts";
import { packageExtension } from "./package.ts";
import { screenshotFolder, scratch, vsixFile } from "./paths.ts";
import { run, type Finished } from "./processes.ts";
import { prepareWorkspace } from "./samples.ts";
import { takeTour } from "./tour.ts";
import { openWorkbench, screenshotWindow } from "./workbench.ts";

const experiment = "moby-dick";
const trainingLimitMs = 5 * 60_000;

const workspace = join(scratch, "workspace");
const home = join(scratch, "start");
const userDataDir = join(home, "user");
const extensionsDir = join(home, "extensions");

const { values: flags } = parseArgs({
  options: { headless: { type: "boolean" }, embedded: { type: "boolean" } },
});

async function main(): Promise<void> {
  console.log("Building and packaging …");
  await packageExtension();
  await prepareWorkspace(workspace, {
    startup: {
      train: `${experiment}/unroll.json`,
      open: ["gradients", "gates"],
      openInEditor: ["timeline", "curves"],
    },
  });
  // What the editor remembers of the last time, such as closed panels, must not matter.
  await rm(home, { recursive: true, force: true });
  if (flags.headless) await runHeadless();
  else if (flags.embedded || !(await openDesktop())) await openEmbedded();
}

async function runHeadless(): Promise<void> {
  const editor = await startWithExtension();
  try {
    const browser = await launchBrowser();
    try {
      const page = await openWorkbench(browser, editor, workspace);
      try {
        const { record } = await takeTour({
          page,
          experiment: join(workspace, experiment),
          name: experiment,
          screenshots: screenshotFolder,
          trainingLimitMs,
        });
        console.log(`Screenshots are in ${screenshotFolder}`);
        console.log(
          `Final loss: training ${record.trainLoss}, validation ${record.validationLoss}`,
        );
      } catch (error) {
        await screenshotWindow(page, scratch, "failure").catch(() => undefined);
        console.error(`What the window showed is in ${join(scratch, "failure.png")}`);
        throw error;
      }
    } finally {
      await browser.close();
    }
  } finally {
    await editor.stop();
  }
}

async function openEmbedded(): Promise<void> {
  const editor = await startWithExtension();
  console.log(`\nVS Code is at ${urlOfFolder(editor, workspace)}\nCtrl-C ends it.`);
  await editor.ended;
}

async function startWithExtension(): Promise<Editor> {
  await installExtension(vsixFile, extensionsDir);
  return startEditor({ userDataDir, extensionsDir });
}

/** Returns false when there is no desktop VS Code that takes the extension. */
async function openDesktop(): Promise<boolean> {
  const own = [`--user-data-dir=${userDataDir}`, `--extensions-dir=${extensionsDir}`];
  const installed = await runCode([...own, `--install-extension=${vsixFile}`, "--force"]);
  if (installed?.code !== 0) {
    if (installed)
      console.log(`The \`code\` on the PATH does not work:\n${installed.output.trim()}`);
    return false;
  }
  await writeSettings(userDataDir, { "workbench.startupEditor": "none" });
  console.log("VS Code opens in a window of its own; closing it ends this command.");
  const { code = 1 } =
    (await runCode([...own, "--disable-workspace-trust", "--new-window", "--wait", workspace])) ??
    {};
  process.exitCode = code;
  return true;
}

async function runCode(parameters: readonly string[]): Promise<Finished | undefined> {
  try {
    return await run(process.platform === "win32" ? "code.cmd" : "code", parameters);
  } catch {
    return undefined;
  }
}

try {
  await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
