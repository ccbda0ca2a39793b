import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { parseConfig } from "../../../src/config/validate.ts";
import { activate, answering, freshFolder } from "./support.ts";

interface SampleItem extends vscode.QuickPickItem {
  readonly folderName: string;
}

/** Opens the sample that `choose` picks, as far as its copy; the question whether to open it is dismissed. */
async function copySample(
  folder: string,
  choose: (items: readonly SampleItem[]) => SampleItem | undefined,
) {
  const window = vscode.window as { showQuickPick: unknown; showOpenDialog: unknown };
  const { showQuickPick, showOpenDialog } = window;
  window.showQuickPick = async (items: readonly SampleItem[]) => choose(items);
  window.showOpenDialog = async () => [vscode.Uri.file(folder)];
  try {
    return await answering(["nothing"], () => vscode.commands.executeCommand("unroll.openSample"));
  } finally {
    Object.assign(window, { showQuickPick, showOpenDialog });
  }
}

const weather = (items: readonly SampleItem[]) =>
  items.find(({ folderName }) => folderName === "weather");

describe("Open Sample", () => {
  before(activate);

  it("offers every sample under the title of its README, with what it shows", async () => {
    let offered: readonly SampleItem[] = [];
    await copySample(await freshFolder("samples-offered"), (items) => {
      offered = items;
      return undefined;
    });
    const folders = offered.map(({ folderName }) => folderName).sort();
    assert.deepEqual(folders, [
      "adding-problem",
      "dates",
      "folk-tunes",
      "moby-dick",
      "prices",
      "spam",
      "speakers",
      "translation",
      "waveform",
      "weather",
    ]);
    for (const { label, detail, folderName } of offered) {
      assert.notEqual(label, folderName, "the README has no heading");
      assert.ok((detail?.length ?? 0) > 40, `${folderName} is not described: ${detail}`);
    }
  });

  it("copies a sample with its data, and a second time beside the first", async () => {
    const folder = await freshFolder("samples-copied");
    const questions = await copySample(folder, weather);
    await copySample(folder, weather);
    assert.deepEqual((await readdir(folder)).sort(), ["weather", "weather-2"]);
    assert.ok(
      questions.some(({ buttons }) => buttons.includes("Open in New Window")),
      JSON.stringify(questions),
    );
    const text = await readFile(join(folder, "weather", "unroll.json"), "utf8");
    const { config } = parseConfig(text);
    assert.ok(config?.data.kind === "table", text);
    assert.ok((await readdir(join(folder, "weather"))).includes(config.data.path));
  });
});
