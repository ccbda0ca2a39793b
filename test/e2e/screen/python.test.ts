/** A paused Python program: a module and a tensor of it, from the Variables view into Unroll. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { installExtension } from "../../host/editor.ts";
import { findModelEditor } from "../../host/modelEditor.ts";
import { findPanel, waitForStep } from "../../host/panels.ts";
import { root } from "../../host/paths.ts";
import { waitForColors } from "../../host/pixels.ts";
import { waitUntil } from "../../host/waiting.ts";
import { openFile, pick, runCommand } from "../../host/workbench.ts";
import { packPythonDebugger } from "../pythonDebugger/pack.ts";
import { inputName, moduleName, pausedLine } from "../pythonDebugger/recording.ts";
import { useWorkbench } from "./stage.ts";

const program = await readFile(join(root, "test/e2e/pythonDebugger/program.py"), "utf8");

beforeAll(async () => {
  const extensions = join(inject("editor").userDataDir, "../extensions");
  await installExtension(await packPythonDebugger(), extensions);
});

const stage = useWorkbench("python", {
  "program.py": program,
  ".vscode/launch.json": JSON.stringify({
    version: "0.2.0",
    configurations: [
      {
        type: "debugpy",
        request: "launch",
        name: "program",
        program: "${workspaceFolder}/program.py",
      },
    ],
  }),
});

const variable = (name: string): Locator =>
  stage.page.locator(".debug-variables .monaco-list-row", { hasText: new RegExp(`^\\s*${name} `) });

const menuItem = (title: string): Locator =>
  stage.page.locator(".context-view .action-menu-item", { hasText: title });

/** By keyboard: the row, then its context menu. */
async function openMenuOf(name: string): Promise<void> {
  const { page } = stage;
  await waitUntil(`the menu of ${name}`, async () => {
    if ((await menuItem("Copy Value").count()) > 0) return true;
    // Where the pointer rests on a variable, its whole value lies over the ones around it and takes the keys.
    await page.mouse.move(0, 0);
    await variable(name).click();
    await page.mouse.move(0, 0);
    await page.keyboard.press("Shift+F10");
    await page.waitForTimeout(200);
    return false;
  });
}

async function choose(name: string, title: string): Promise<void> {
  await openMenuOf(name);
  const focused = stage.page.locator(".context-view .action-item.focused");
  await waitUntil(`${title} to be focused`, async () => {
    if ((await focused.count()) > 0 && (await focused.innerText()).trim() === title) return true;
    await stage.page.keyboard.press("ArrowDown");
    return false;
  });
  await stage.page.keyboard.press("Enter");
}

describe("a paused Python program", () => {
  beforeAll(async () => {
    const { page } = stage;
    await openFile(page, "program.py");
    await runCommand(page, "View: Show Run and Debug");
    await page.keyboard.press("F5");
    await page.locator(".debug-toolbar").waitFor();
    await variable(moduleName).waitFor();
    expect(await page.locator(".debug-call-stack").innerText()).toContain(`${pausedLine}:1`);
  });

  it("offers Unroll on modules and on tensors, and on nothing else", async () => {
    for (const [name, titles] of [
      [moduleName, ["Inspect in Unroll"]],
      [inputName, ["Trace with This Input"]],
      ["rate", []],
    ] as const) {
      await openMenuOf(name);
      const all = await stage.page.locator(".context-view .action-menu-item").allInnerTexts();
      const own = all.map((text) => text.trim()).filter((text) => /Unroll|Trace/.test(text));
      expect(own, name).toEqual(titles);
      await stage.page.keyboard.press("Escape");
    }
  });

  it("shows the module's weights in the editor of model files", async () => {
    await choose(moduleName, "Inspect in Unroll");
    const { frame } = await findModelEditor(stage.page, `${moduleName}.safetensors`);
    await waitUntil("the layer", async () =>
      (await frame.locator("main").innerText()).includes("Layer 0: LSTM"),
    );
    await waitForColors(frame, ".weights canvas.data", 50);
  });

  it("traces the tensor through the module, and the panels show its gates", async () => {
    const { page } = stage;
    await choose(inputName, "Trace with This Input");
    // Which of the two sequences; then whether there is a target.
    await page.locator(".quick-input-widget").getByText("Which of the 2 sequences?").waitFor();
    await page.keyboard.press("Enter");
    await pick(page, { row: /Without gradients/ });
    const timeline = await findPanel(page, "timeline", "editor");
    await waitForStep(timeline, 0);
    expect(await timeline.frame.locator("main").innerText()).toContain(`${inputName}.npy`);
    await runCommand(page, "Unroll: Open Gates in Editor");
    const gates = await findPanel(page, "gates", "editor");
    await waitForStep(gates, 0);
    await waitForColors(gates.frame, "canvas.data", 20);
  });
});
