/** Finds the editor of model files in the workbench. */
import type { Frame, Locator, Page } from "playwright-core";
import { waitFor } from "./waiting.ts";

export interface ModelEditor {
  readonly frame: Frame;
  readonly element: Locator;
}

/** Waits until the editor shows the file of this name. */
export async function findModelEditor(page: Page, name: string): Promise<ModelEditor> {
  return waitFor(
    `the model editor to show ${name}`,
    async () => {
      for (const frame of page.frames()) {
        const found = await editorIn(frame, name);
        if (found) return found;
      }
      return undefined;
    },
    30_000,
  );
}

async function editorIn(frame: Frame, name: string): Promise<ModelEditor | undefined> {
  const host = frame.parentFrame();
  if (!host || !frame.url().includes("/webview/browser/pre/fake.html")) return undefined;
  try {
    const id = new URL(host.url()).searchParams.get("id");
    const element = host.page().locator(`iframe.webview[name="${id}"]`);
    if (!(await element.isVisible())) return undefined;
    const heading = frame.locator('body[data-panel="model"] h1');
    const isShown =
      (await heading.count()) > 0 &&
      (await heading.innerText()) === name &&
      (await frame.locator("main").getAttribute("aria-busy")) === "false";
    return isShown ? { frame, element } : undefined;
  } catch {
    // The frame went away while it was being looked at.
    return undefined;
  }
}
