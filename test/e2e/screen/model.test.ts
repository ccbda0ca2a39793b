/** Model files in the real editor: what they contain, a sequence traced through them, and a run exported as one. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { findModelEditor, type ModelEditor } from "../../host/modelEditor.ts";
import { findPanel, waitForStep } from "../../host/panels.ts";
import { scratch } from "../../host/paths.ts";
import { waitForColors } from "../../host/pixels.ts";
import { waitFor, waitUntil } from "../../host/waiting.ts";
import {
  answerDialog,
  notifications,
  runCommand,
  runUnroll,
  screenshotWindow,
} from "../../host/workbench.ts";
import { textFiles, train, useWorkbench } from "./stage.ts";

const stage = useWorkbench("model", textFiles);

/** Opens a file by its name, whatever editor takes it. */
async function openByName(name: string): Promise<ModelEditor> {
  const { page } = stage;
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+P");
  const input = page.locator(".quick-input-widget input").first();
  // A name alone needs a search program, which not every editor has.
  await input.fill(join(stage.folder, name));
  await page.locator(".quick-input-widget .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  return findModelEditor(page, name);
}

const picturesOf = async (name: string): Promise<void> => {
  const folder = join(scratch, "screenshots");
  await mkdir(folder, { recursive: true });
  await screenshotWindow(stage.page, folder, name);
};

describe("a model file in the editor", () => {
  beforeAll(() => train(stage));

  it("is what a run is exported as, with its vocabulary beside it", async () => {
    const { page, folder } = stage;
    await findPanel(page, "curves", "editor");
    const isSaid = async (): Promise<true | undefined> =>
      (await notifications(page)).some((text) => text.includes("sea.vocabulary.json")) || undefined;
    await waitUntil(
      "the model to be exported",
      async () => {
        await runUnroll(page, "unroll.exportModel");
        // The curves take the focus a moment after they are there, which closes the dialog.
        return answerDialog(page, "Unroll: Export Model", join(folder, "sea.pt"), 5_000)
          .then(() => waitFor("the message", isSaid, 5_000))
          .catch(() => false);
      },
      60_000,
    );
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(["sea.pt", "sea.vocabulary.json"]),
    );
  });

  it("shows its layers, weights and eigenvalues", async () => {
    const { frame } = await openByName("sea.pt");
    // Each part of the page comes when it was computed.
    const told = ["Spectral radius", "Layer 0: LSTM", "Layer 1: GRU", "The forget gate's bias is"];
    await waitUntil(`the page to say ${told.join(", ")}`, async () => {
      const text = await frame.locator("main").innerText();
      return told.every((part) => text.includes(part));
    });
    await waitForColors(frame, ".weights canvas.data", 50);
    await runCommand(stage.page, "Notifications: Clear All Notifications");
    const element = stage.page.locator("iframe.webview:visible").last();
    const folder = join(scratch, "screenshots");
    await mkdir(folder, { recursive: true });
    await element.screenshot({ path: join(folder, "model.png"), animations: "disabled" });
  });

  it("shows another layer and gate, by keyboard", async () => {
    const { frame } = await findModelEditor(stage.page, "sea.pt");
    await frame.getByRole("button", { name: "Layer 1, forward" }).press("Enter");
    await frame.getByRole("button", { name: "z: update gate" }).press("Enter");
    await waitUntil("the gate", async () =>
      (await frame.locator("main").innerText()).includes("Eigenvalues of W_hh of gate z"),
    );
    await frame.locator(".spectrum canvas.overlay").focus();
    await stage.page.keyboard.press("ArrowRight");
    await waitUntil("the second eigenvalue", async () =>
      (await frame.locator("main").innerText()).includes("λ 2 of 12"),
    );
  });

  it("traces a text through the vocabulary that it brings along, and the panels show it", async () => {
    const { page, folder } = stage;
    await writeFile(join(folder, "line.txt"), "The ship was calm.\n");
    const { frame } = await findModelEditor(page, "sea.pt");
    await frame.getByText("Trace a Sequence…").click();
    await answerDialog(page, "A sequence for sea.pt", join(folder, "line.txt"));
    const timeline = await findPanel(page, "timeline", "editor");
    await waitForStep(timeline, 0);
    const text = await timeline.frame.locator("main").innerText();
    expect(text).toContain("line.txt");
    expect(text).toContain("sea.pt · model file");
    await runUnroll(page, "unroll.nextStep");
    await waitForStep(timeline, 1);
    const gates = await findPanel(page, "gates", "sideBar");
    await waitForStep(gates, 1);
    await waitForColors(gates.frame, "canvas.data", 20);
    await picturesOf("model-trace");
  });

  it("debugs the text in its own file, token by token", async () => {
    const { page, folder } = stage;
    await page.locator(".tabs-container .tab", { hasText: "sea.pt" }).click();
    const { frame } = await findModelEditor(page, "sea.pt");
    await frame.getByText("Debug…").click();
    await answerDialog(page, "A sequence for sea.pt", join(folder, "line.txt"));
    await page.locator(".debug-toolbar").waitFor();
    await runCommand(page, "View: Show Run and Debug");
    const frames = page.locator(".debug-call-stack .monaco-list-row");
    await frames.filter({ hasText: "1:1" }).first().waitFor();
    await page.locator(".tab.active", { hasText: "line.txt" }).waitFor();
    await page.locator(".debug-toolbar .codicon-debug-step-over").click();
    await frames.filter({ hasText: "1:2" }).first().waitFor();
    expect(await frames.filter({ hasText: /layer [01]/ }).count()).toBe(2);
    await picturesOf("model-debugged");
    await runCommand(page, "Debug: Stop");
    await page.locator(".debug-toolbar").waitFor({ state: "hidden" });
  });

  it("says what is wrong with a damaged file, and what to do", async () => {
    await writeFile(join(stage.folder, "broken.safetensors"), "not a model");
    const { frame } = await openByName("broken.safetensors");
    const text = await frame.getByRole("alert").innerText();
    expect(text).toContain("Not a valid safetensors file");
    expect(await pickNothing()).toBe(true);
  });
});

/** No dialog stays open behind an error. */
async function pickNothing(): Promise<boolean> {
  return !(await stage.page.locator(".quick-input-widget").isVisible());
}
