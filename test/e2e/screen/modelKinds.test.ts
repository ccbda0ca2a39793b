/** Every kind of model file in the real editor: opened, a sequence traced through it, its gates on screen. */
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findModelEditor } from "../../host/modelEditor.ts";
import { openPanel, visiblePanels, waitForStep } from "../../host/panels.ts";
import { root } from "../../host/paths.ts";
import { waitForColors } from "../../host/pixels.ts";
import { waitFor, waitUntil } from "../../host/waiting.ts";
import { answerDialog, pick, runUnroll } from "../../host/workbench.ts";
import { useWorkbench } from "./stage.ts";

const stage = useWorkbench("model-kinds", { "notes.txt": "" });
const golden = join(root, "test/golden/models");

/** One of each kind, all made by the real libraries; one reads tokens, the others four numbers at each step. */
const kinds = [
  { file: "stateDicts/lstm-head.model.safetensors", cell: "LSTM" },
  { file: "torch/checkpoint.pt", cell: "LSTM", tokens: [3, 0, 6, 2, 5, 1] },
  { file: "onnx/torch-lstm.onnx", cell: "LSTM" },
  { file: "keras/lstm-dense.keras", cell: "LSTM" },
  { file: "keras/gru-reset-after.h5", cell: "GRU" },
  { file: "keras/gru-reset-after.weights.h5", cell: "GRU" },
] as const;
const numbers = Array.from({ length: 6 }, (_step, t) =>
  Array.from({ length: 4 }, (_one, k) => Math.sin(1.7 * t + k)),
);

describe("a model file", () => {
  it.each(kinds)("of $file runs over a sequence, and shows its gates", async (kind) => {
    const { page, folder } = stage;
    const name = basename(kind.file);
    const sequence = `${name}.sequence.json`;
    await copyFile(join(golden, kind.file), join(folder, name));
    await writeFile(
      join(folder, sequence),
      JSON.stringify("tokens" in kind ? kind.tokens : numbers),
    );
    await runUnroll(page, "unroll.openModel");
    await answerDialog(page, "Unroll: Open Model", join(folder, name));
    const { frame } = await findModelEditor(page, name);
    await waitUntil(`the layers of ${name}`, async () =>
      (await frame.locator("main").innerText()).includes(`Layer 0: ${kind.cell}`),
    );

    await frame.getByText("Trace a Sequence…").click();
    await answerDialog(page, `A sequence for ${name}`, join(folder, sequence));
    if ("tokens" in kind) {
      const names = join(folder, "names.txt");
      await writeFile(names, ["<pad>", "the", "sea", "ship", "was", "calm", "."].join("\n"));
      await pick(page, { row: /^Choose a vocabulary/ });
      await answerDialog(page, "The vocabulary of the model", names);
    }
    // No target, where it asks for one.
    const answer = page.locator(".quick-input-widget .monaco-list-row", {
      hasText: /^Without/,
    });
    const timeline = await waitFor("the timeline", async () => {
      if (await answer.isVisible()) await answer.click();
      const shown = (await visiblePanels(page)).find((panel) => panel.kind === "timeline");
      const text = await shown?.frame.locator("main").innerText();
      return text?.includes(sequence) === true ? shown : undefined;
    });
    await waitForStep(timeline, 0);
    if ("tokens" in kind) {
      expect(await timeline.frame.locator("main").innerText()).toContain("Step 0, “ship”");
      expect(await readdir(folder)).toContain(`${name}.unroll-model.json`);
    }
    const gates = await openPanel(page, "gates");
    await waitForStep(gates, 0);
    await waitUntil("the gates of the cell", async () =>
      (await gates.frame.locator("main").innerText()).includes(
        kind.cell === "GRU" ? "reset gate" : "forget gate",
      ),
    );
    await waitForColors(gates.frame, "canvas.data", 20);
    await runUnroll(page, "unroll.lastStep");
    await waitForStep(gates, 5);
  });
});
