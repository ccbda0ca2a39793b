/** The panel's standing texts: whose trace this is, and what to do while there is none. */
import { html, type TemplateResult } from "lit";
import type { PanelCommand, TraceSummary } from "../../src/protocol/contracts.ts";
import { iconButton } from "../lib/controls.ts";
import type { EmptyState } from "../lib/emptyState.ts";
import { formatCount, formatMeasured } from "../lib/numbers.ts";
import { openInEditorButton } from "../lib/panelFrame.ts";

export function traceHeader(
  { runName, checkpoint, update, loss, sequence }: TraceSummary,
  run: (command: PanelCommand) => void,
): TemplateResult {
  const of =
    `${runName} · ${checkpoint} checkpoint, update ${formatCount(update)}` +
    (loss === undefined ? "" : ` · mean loss ${formatMeasured(loss)}`);
  return html`<h1 class="sequence" title=${`${sequence.title}\n${of}`}>${sequence.title}</h1>
    <div class="panel-actions">
      ${iconButton("list-selection", "Step through another sequence…", () =>
        run("unroll.stepThrough"),
      )}
      ${openInEditorButton(() => run("unroll.openTimelineInEditor"))}
    </div>
    <p title=${of}>${of}</p>`;
}

export const nothingYet = (busy: boolean): EmptyState =>
  busy
    ? {
        icon: "pulse",
        title: "Running the network…",
        text: "One pass forward over the sequence and one back.",
        actions: [],
      }
    : {
        icon: "layers",
        title: "The network, unrolled",
        text:
          "Step through a sequence to see every time step as a column: what the network reads, " +
          "its gates, what it predicts, and the gradient that flows back through time.",
        actions: [
          {
            label: "Step Through Sequence…",
            icon: "debug-step-over",
            command: "unroll.stepThrough",
          },
          { label: "Train Model", icon: "play", command: "unroll.train" },
        ],
      };
