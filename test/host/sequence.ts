/** Opens a sequence to step through, as a person at a keyboard does. */
import type { Page } from "playwright-core";
import { findPanel, type Panel } from "./panels.ts";
import { pick, runUnroll } from "./workbench.ts";
import { waitFor } from "./waiting.ts";

/** The first sequence of the data that was never trained on, in the timeline's tab. */
export async function openFirstSequence(page: Page): Promise<Panel> {
  await waitFor(
    "a sequence to step through",
    async () => {
      await runUnroll(page, "unroll.stepThrough");
      // A panel that opens meanwhile takes the focus, which closes the list.
      return pick(page, { row: /^(?!.*Type a sequence)/, limitMs: 15_000 }).catch(() => undefined);
    },
    60_000,
  );
  const timeline = await findPanel(page, "timeline", "editor");
  await timeline.frame.locator("canvas.overlay").waitFor();
  return timeline;
}
