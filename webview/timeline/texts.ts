/** The panel's standing texts: whose trace this is, and what to do while there is none. */
import { html, nothing, type TemplateResult } from "lit";
import type { PanelCommand } from "../../src/protocol/panelContract.ts";
import type { LabelDecoding, TraceSummary } from "../../src/protocol/traceSummary.ts";
import { iconButton } from "../lib/controls.ts";
import type { EmptyState } from "../lib/emptyState.ts";
import { formatMeasured, formatShare, visibleToken } from "../lib/numbers.ts";
import { openInEditorButton, originInWords } from "../lib/panelFrame.ts";
import { whatIf } from "../lib/whatIf.ts";

export function traceHeader(
  trace: TraceSummary,
  run: (command: PanelCommand) => void,
): TemplateResult {
  const { loss, sequence, decoding } = trace;
  const of =
    originInWords(trace) + (loss === undefined ? "" : ` · mean loss ${formatMeasured(loss)}`);
  return html`<h1 class="sequence" title=${`${sequence.title}\n${of}`}>${sequence.title}</h1>
    <div class="panel-actions">
      ${iconButton("list-selection", "Step through another sequence…", () =>
        run("unroll.stepThrough"),
      )}
      ${openInEditorButton(() => run("unroll.openTimelineInEditor"))}
    </div>
    <p title=${of}>${of}</p>
    ${decoding ? decodingLines(decoding) : nothing} ${whatIf(trace)}`;
}

/** What the whole sequence says, where labels have no places. */
function decodingLines({ labels, beams, target, edits }: LabelDecoding): TemplateResult {
  const [best] = beams;
  return html`<dl class="decoding" aria-label="Decoded labels">
    ${decodingLine("likeliest path", labels, edits === undefined ? "" : editsText(edits))}
    ${
      best
        ? decodingLine("beam search", best.labels, formatShare(Math.exp(best.logProbability)))
        : nothing
    }
    ${target ? decodingLine("target", target, "") : nothing}
  </dl>`;
}

const decodingLine = (name: string, labels: readonly string[], note: string): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd>
      ${
        labels.length === 0
          ? html`<span class="note">no labels</span>`
          : html`<span class="token"
              >${labels.map((label) => visibleToken(label, 20)).join(" ")}</span
            >`
      }
      ${note === "" ? nothing : html`<span class="note">${note}</span>`}
    </dd>
  </div>`;

const editsText = (edits: number): string =>
  edits === 0 ? "right" : `${edits} ${edits === 1 ? "edit" : "edits"} from the target`;

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
