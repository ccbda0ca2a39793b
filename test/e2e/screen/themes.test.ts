/** Panels in every theme: the theme's own background, data on it, nothing that stays of another theme. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPanel, panelKinds, screenshotPanel, settled } from "../../host/panels.ts";
import { scratch } from "../../host/paths.ts";
import { waitForColors } from "../../host/pixels.ts";
import { setTheme, themes, type Theme } from "../../host/workbench.ts";
import { stepThrough, textFiles, train, useWorkbench } from "./stage.ts";

const stage = useWorkbench("themes", textFiles);
const pictures = join(scratch, "screenshots/themes");

interface Look {
  readonly background: string;
  readonly foreground: string;
}

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  await train(stage);
  await stepThrough(stage);
});
// The setting is the editor's, and other windows come after this one.
afterAll(() => setTheme(stage.page, "dark"));

describe.each(Object.keys(themes) as Theme[])("the %s theme", (theme) => {
  it.each(panelKinds)("is the theme of the %s panel", async (kind) => {
    await setTheme(stage.page, theme);
    const panel = await openPanel(stage.page, kind, "editor");
    await panel.frame.locator("canvas").first().waitFor();
    await settled(panel);

    const expected = await stage.page.evaluate((): Look => {
      const style = getComputedStyle(document.querySelector(".monaco-workbench") ?? document.body);
      return {
        background: style.getPropertyValue("--vscode-editor-background").trim(),
        foreground: style.getPropertyValue("--vscode-foreground").trim(),
      };
    });
    const seen = await panel.frame.evaluate((): Look => {
      const style = getComputedStyle(document.documentElement);
      return {
        background: style.getPropertyValue("--vscode-editor-background").trim(),
        foreground: style.getPropertyValue("--vscode-foreground").trim(),
      };
    });
    expect(seen).toEqual(expected);
    await waitForColors(panel.frame, "canvas", 5);
    await screenshotPanel(panel, pictures, `${theme}-${kind}`);
  });
});
