/**
 * Finds Unroll's panels in the workbench: a webview is an `iframe.webview`, which holds the page of VS Code's
 * own in whose `#active-frame` the panel runs. The page of a hidden panel does not exist.
 */
import { join } from "node:path";
import type { Frame, Locator, Page } from "playwright-core";
import type { CommandId } from "../../src/host/commands/commandIds.ts";
import type { PanelKind } from "../../src/protocol/panelContract.ts";
import { runUnroll } from "./workbench.ts";
import { waitFor, waitUntil } from "./waiting.ts";

export type PanelPlace = "sideBar" | "editor";

export interface Panel {
  readonly kind: PanelKind;
  readonly place: PanelPlace;
  /** The document of the panel itself. */
  readonly frame: Frame;
  /** The element in the workbench that the panel fills. */
  readonly element: Locator;
}

export const panelKinds = [
  "timeline",
  "gates",
  "gradients",
  "curves",
] as const satisfies readonly PanelKind[];

export const panelTitles: Readonly<Record<PanelKind, string>> = {
  timeline: "Timeline",
  gates: "Gates",
  gradients: "Gradients",
  curves: "Curves",
};

const viewCommands: Readonly<Record<PanelKind, CommandId>> = {
  timeline: "unroll.openTimeline",
  gates: "unroll.openGates",
  gradients: "unroll.openGradients",
  curves: "unroll.openCurves",
};

const editorCommands: Readonly<Record<PanelKind, CommandId>> = {
  timeline: "unroll.openTimelineInEditor",
  gates: "unroll.openGatesInEditor",
  gradients: "unroll.openGradientsInEditor",
  curves: "unroll.openCurvesInEditor",
};

/** Opens a panel by its command and waits until its page is there. */
export async function openPanel(
  page: Page,
  kind: PanelKind,
  place: PanelPlace = "sideBar",
): Promise<Panel> {
  await runUnroll(page, (place === "editor" ? editorCommands : viewCommands)[kind]);
  return findPanel(page, kind, place);
}

/** Waits for a panel that something else opened. */
export async function findPanel(page: Page, kind: PanelKind, place: PanelPlace): Promise<Panel> {
  return waitFor(
    `the ${panelTitles[kind]} panel in the ${place === "editor" ? "editor area" : "side bar"}`,
    async () =>
      (await visiblePanels(page)).find((panel) => panel.kind === kind && panel.place === place),
    30_000,
  );
}

/** All panels on screen, in no order. */
export async function visiblePanels(page: Page): Promise<readonly Panel[]> {
  const found = await Promise.all(page.frames().map(panelOf));
  return found.filter((panel) => panel !== undefined);
}

async function panelOf(frame: Frame): Promise<Panel | undefined> {
  const host = frame.parentFrame();
  if (!host || !/\/webview\/browser\/pre\/fake\.html/.test(frame.url())) return undefined;
  try {
    const id = new URL(host.url()).searchParams.get("id");
    const element = host.page().locator(`iframe.webview[name="${id}"]`);
    if (!(await element.isVisible())) return undefined;
    // The frame that is being prepared becomes the active one only when it has loaded.
    const inner = await frame.frameElement();
    if ((await inner.getAttribute("id")) !== "active-frame") return undefined;
    const kind = await frame.evaluate(() => document.body?.dataset["panel"]);
    const known = panelKinds.find((name) => name === kind);
    const isView = new URL(host.url()).searchParams.get("purpose") === "webviewView";
    return known && { kind: known, place: isView ? "sideBar" : "editor", frame, element };
  } catch {
    // The frame went away while it was being looked at.
    return undefined;
  }
}

/** Waits until nothing in the panel changes any more: two pictures of it in a row are the same. */
export async function settled({ element, kind }: Panel): Promise<Buffer> {
  let before = await element.screenshot({ animations: "disabled" });
  await waitUntil(`the ${panelTitles[kind]} panel to come to rest`, async () => {
    const now = await element.screenshot({ animations: "disabled" });
    const same = now.equals(before);
    before = now;
    return same;
  });
  return before;
}

/** A picture of one panel, at rest, as `<name>.png`. */
export async function screenshotPanel(panel: Panel, folder: string, name: string): Promise<void> {
  await settled(panel);
  await panel.element.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

/** The step at which a panel says that its cursor stands; undefined while it says nothing. */
export async function cursorStep({ frame }: Panel): Promise<number | undefined> {
  const texts = await frame.locator("[role=status]").allTextContents();
  const match = /\bStep (\d+)/.exec(texts.join(" "));
  return match ? Number(match[1]) : undefined;
}

/** Waits until a panel's cursor stands at a step. */
export async function waitForStep(panel: Panel, step: number): Promise<void> {
  let seen: number | undefined;
  try {
    await waitUntil("the cursor", async () => (seen = await cursorStep(panel)) === step);
  } catch (cause) {
    const where = seen === undefined ? "says no step" : `stands at step ${seen}`;
    throw new Error(`The cursor of ${panelTitles[panel.kind]} ${where}, not ${step}.`, { cause });
  }
}
