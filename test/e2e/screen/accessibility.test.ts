/** Every panel, empty and full, in the eyes of axe: no violation that is serious or worse. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { beforeAll, describe, expect, it } from "vitest";
import { openPanel, panelKinds, settled, type Panel } from "../../host/panels.ts";
import { stepThrough, textFiles, train, useWorkbench } from "./stage.ts";

const stage = useWorkbench("accessibility", textFiles);
const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The violations that matter, each with the element that it is about. */
async function violations({ frame }: Panel): Promise<readonly string[]> {
  const source = await readFile(axeFile, "utf8");
  // Evaluated by the debugger's own interface, the page's policy against scripts does not apply.
  const results = await frame.evaluate<AxeResults>(`${source};axe.run(document)`);
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe("a panel that has nothing to show yet", () => {
  it.each(panelKinds)("%s", async (kind) => {
    const panel = await openPanel(stage.page, kind, "editor");
    await settled(panel);
    expect(await violations(panel)).toEqual([]);
  });
});

describe("a panel that shows a trained network", () => {
  beforeAll(async () => {
    await train(stage);
    await stepThrough(stage);
  });

  it.each(panelKinds)("%s", async (kind) => {
    const panel = await openPanel(stage.page, kind, "editor");
    await panel.frame.locator("canvas").first().waitFor();
    await settled(panel);
    expect(await violations(panel)).toEqual([]);
  });

  it("names its pictures and says how to move in them", async () => {
    for (const kind of ["timeline", "gates", "gradients"] as const) {
      const panel = await openPanel(stage.page, kind, "editor");
      const picture = panel.frame.locator("[role=application][aria-label]").first();
      expect(await picture.getAttribute("aria-label"), kind).toMatch(/arrow/i);
    }
  });
});
