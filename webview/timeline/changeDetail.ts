/** The current step of a counterfactual trace against the original, in numbers and in words. */
import { html, nothing, type TemplateResult } from "lit";
import type { TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import type { ModelDescription } from "../../src/trace/trace.ts";
import { formatMeasured, formatShare, visibleToken } from "../lib/numbers.ts";
import { changeText } from "../lib/whatIf.ts";
import { valueText } from "./words.ts";

export function changeDetail(
  column: TimelineColumn,
  { layers }: ModelDescription,
): TemplateResult | typeof nothing {
  const { original } = column;
  if (!original) return nothing;
  const rows: readonly (readonly [name: string, text: string])[] = [
    ...lossChange(column),
    ...predictionChange(column),
    ...forecastChange(column),
    ...column.cells.map(({ layer, direction, hNorm }, index) => {
      const change = original.hChangeNorms[index];
      const way = layers[layer].directions.length > 1 ? `, ${direction}` : "";
      const share = hNorm > 0 && change > 0 ? ` (${formatShare(change / hNorm)} of ‖h‖)` : "";
      return [`‖Δh‖ layer ${layer}${way}`, `${formatMeasured(change)}${share}`] as const;
    }),
  ];
  return html`<section class="change">
    <h3>Against the original</h3>
    <dl class="pairs">
      ${rows.map(
        ([name, text]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

/** For reading aloud; empty where nothing differs. */
export function changeInWords(column: TimelineColumn): string {
  const { original } = column;
  if (!original?.hChangeNorms.some((change) => change > 0)) return "";
  const parts = [...lossChange(column), ...predictionChange(column)];
  return ["Against the original", ...parts.map(([name, text]) => `${name} ${text}`)].join(", ");
}

function lossChange({ loss, original }: TimelineColumn): readonly (readonly [string, string])[] {
  if (loss === undefined || original?.loss === undefined) return [];
  return [["loss", changeText(original.loss, loss)]];
}

function predictionChange({
  predictions,
  original,
}: TimelineColumn): readonly (readonly [string, string])[] {
  const [before, after] = [original?.predictions?.[0], predictions?.[0]];
  if (!before || !after) return [];
  const said = ({ label, probability }: typeof before): string =>
    `${visibleToken(label, 16)} ${formatShare(probability)}`;
  const [was, is] = [said(before), said(after)];
  return [["output", was === is ? `${is}, unchanged` : `${was} → ${is}`]];
}

function forecastChange({
  forecast,
  original,
}: TimelineColumn): readonly (readonly [string, string])[] {
  return (forecast ?? []).slice(0, 3).map(({ name, predicted }, index) => {
    const before = original?.forecast?.[index]?.predicted;
    return [name, `${before === undefined ? "–" : valueText(before)} → ${valueText(predicted)}`];
  });
}
