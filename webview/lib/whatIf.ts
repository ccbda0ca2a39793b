/** The line above a counterfactual trace: what was edited in the debugger, and what that did to the loss. */
import { html, nothing, type TemplateResult } from "lit";
import type { TraceSummary } from "../../src/protocol/traceSummary.ts";
import { formatMeasured } from "./numbers.ts";

export function whatIf(trace: TraceSummary): TemplateResult | typeof nothing {
  if (!trace.counterfactual) return nothing;
  const { edits } = trace.counterfactual;
  return html`<p class="what-if" title=${edits.join("\n")}>
    <span class="codicon codicon-git-branch" aria-hidden="true"></span> ${whatIfInWords(trace)}
  </p>`;
}

/** "What if h[3] of layer 0 at step 12: 0.41 → 0 and 1 earlier edit · mean loss 0.0213 → 0.034". */
export function whatIfInWords({ counterfactual, loss }: TraceSummary): string {
  if (!counterfactual) return "";
  const { edits, originalLoss } = counterfactual;
  const earlier = edits.length - 1;
  const others = earlier > 0 ? ` and ${earlier} earlier edit${earlier === 1 ? "" : "s"}` : "";
  const losses =
    loss === undefined || originalLoss === undefined
      ? ""
      : ` · mean loss ${changeText(originalLoss, loss)}`;
  return `What if ${edits.at(-1) ?? ""}${others}${losses}`;
}

/** "0.0213 → 0.034", or the number alone where nothing changed. */
export function changeText(before: number, after: number): string {
  if (before === after) return `${formatMeasured(after)}, unchanged`;
  return `${formatMeasured(before)} → ${formatMeasured(after)}`;
}
