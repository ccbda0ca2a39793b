/** Tells the host when a trace can be seen, so that it may show the next one: a busy machine is not hurried. */
import type { PanelContract, PanelState } from "../../src/protocol/panelContract.ts";
import type { Host } from "./host.ts";

/** What pictures are made of. Not `showThrough`: that one ends when this panel has seen what it asked for. */
const drawn: ReadonlySet<string> = new Set<keyof PanelContract["calls"]>([
  "columns",
  "heatmap",
  "norms",
  "gradientFlow",
  "jacobians",
  "saliency",
]);

export interface Page {
  /** Resolves as it is about to be painted. */
  nextFrame(): Promise<void>;
  /** It shows something else than what it was told last. */
  setBusy(isBusy: boolean): void;
}

/** The same line; what is asked over it for pictures is counted. */
export function tellingWhatIsSeen(host: Host, page: Page): Host {
  let shown: string | undefined;
  const unanswered = new Set<Promise<unknown>>();

  async function follow({ trace }: PanelState): Promise<void> {
    if (trace?.id === shown) return;
    shown = trace?.id;
    page.setBusy(trace !== undefined);
    if (!trace) return;
    // A panel asks for what it draws as it draws; the answer is drawn in the frame after.
    do {
      await page.nextFrame();
      await page.nextFrame();
      if (shown !== trace.id) return;
    } while (unanswered.size > 0);
    page.setBusy(false);
    await host.call("seen", { trace: trace.id });
  }
  const followed = (state: PanelState): void => {
    // The host has gone, which the panel hears by itself.
    follow(state).catch(() => undefined);
  };
  host.on("state", followed);

  return {
    ...host,
    async call(name, request, options) {
      const answer = host.call(name, request, options);
      if (drawn.has(name)) unanswered.add(answer);
      try {
        const response = await answer;
        if (name === "ready") followed(response as PanelState);
        return response;
      } finally {
        unanswered.delete(answer);
      }
    },
  };
}
