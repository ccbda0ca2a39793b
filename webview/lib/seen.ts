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

  /** A panel asks for what it draws as it draws; an answer is drawn in the frame after it came. */
  async function painted(): Promise<void> {
    await page.nextFrame();
    await page.nextFrame();
  }

  async function follow({ trace }: PanelState): Promise<void> {
    if (trace?.id === shown) return;
    shown = trace?.id;
    page.setBusy(trace !== undefined);
    if (!trace) return;
    await painted();
    while (unanswered.size > 0) {
      // Not frame by frame: where each is painted by the processor, frames are taken before the answers.
      await Promise.allSettled(unanswered);
      await painted();
    }
    if (shown !== trace.id) return;
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
