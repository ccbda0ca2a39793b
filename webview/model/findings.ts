/** What is worth knowing about a layer's weights, in sentences: what they make of memory, and what looks wrong. */
import { html, nothing, type TemplateResult } from "lit";
import type { LayerSummary } from "../../src/protocol/modelContract.ts";
import { formatCount, formatNumber } from "../lib/numbers.ts";
import { halfLifeInWords, unitsInWords } from "./words.ts";

interface Finding {
  readonly icon: "info" | "warning";
  readonly text: string;
}

export function findingsView(summary: LayerSummary): TemplateResult {
  const findings = findingsOf(summary);
  return html`<ul class="findings" aria-label="Findings">
    ${findings.map(
      ({ icon, text }) =>
        html`<li class=${icon}>
          <span class="codicon codicon-${icon}" aria-hidden="true"></span>
          <span>${icon === "warning" ? html`<b>Look: </b>` : nothing}${text}</span>
        </li>`,
    )}
  </ul>`;
}

/** Exported for tests. */
export function findingsOf({ gates, units }: LayerSummary): readonly Finding[] {
  const findings: Finding[] = [];
  const warn = (text: string): void => void findings.push({ icon: "warning", text });
  const notFinite = gates.reduce(
    (sum, { input, recurrent, bias }) =>
      sum + input.notFinite + recurrent.notFinite + (bias?.notFinite ?? 0),
    0,
  );
  if (notFinite > 0) warn(`${formatCount(notFinite)} weights are NaN or infinite.`);

  const forget = gates.find(({ part }) => part === "f")?.bias;
  if (forget) {
    const gate = 1 / (1 + Math.exp(-forget.mean));
    findings.push({
      icon: "info",
      text:
        `The forget gate's bias is ${formatNumber(forget.mean)} on average (${formatNumber(forget.minimum)} to ${formatNumber(forget.maximum)}): ` +
        `with nothing else coming in the gate stands at σ = ${formatNumber(gate)}, and half of the cell state is gone after ${halfLifeInWords(gate)}.`,
    });
  }
  if (gates.every(({ bias }) => bias === undefined)) {
    findings.push({ icon: "info", text: "The layer has no biases." });
  }
  if (units.deaf.length > 0) {
    warn(`Nothing reaches ${count(units.deaf)}: their rows are nearly zero in every gate.`);
  }
  if (units.unread.length > 0) {
    warn(`This layer does not read ${count(units.unread)}: their columns of W_hh are nearly zero.`);
  }
  for (const { part, units: held } of units.heldClosed) {
    warn(`The bias holds gate ${part} closed (below 0.018) for ${count(held)}.`);
  }
  for (const { part, units: held } of units.heldOpen) {
    warn(`The bias holds gate ${part} open (above 0.982) for ${count(held)}.`);
  }
  return findings;
}

const count = (units: readonly number[]): string =>
  units.length === 1
    ? `unit ${units[0]}`
    : `${formatCount(units.length)} units (${unitsInWords(units)})`;
