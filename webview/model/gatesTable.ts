/** One row for each gate: norms, spread and histogram of what it reads, of h and of its bias. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { GateSummary, LayerSummary } from "../../src/protocol/modelContract.ts";
import type { WeightStatistics } from "../../src/protocol/modelContract.ts";
import { formatNumber } from "../lib/numbers.ts";
import { partInWords } from "./words.ts";

export interface GatesTable {
  readonly summary: LayerSummary;
  readonly selected: string;
  readonly choose: (part: string) => void;
}

export function gatesTable({ summary, selected, choose }: GatesTable): TemplateResult {
  const { gates, reach } = summary;
  const hasBias = gates.some(({ bias }) => bias !== undefined);
  const biasReach = reachOfBiases(gates);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Gates">
    <table class="gates">
      <thead>
        <tr>
          <th scope="col">Gate</th>
          <th scope="col">‖W_ih‖</th>
          <th scope="col">‖W_hh‖</th>
          ${
            hasBias
              ? html`<th scope="col">bias, mean ± deviation</th>
                  <th scope="col">b, ${rangeInWords(biasReach)}</th>`
              : nothing
          }
          <th scope="col">W_ih, ${rangeInWords(reach)}</th>
          <th scope="col">W_hh, ${rangeInWords(reach)}</th>
        </tr>
      </thead>
      <tbody>
        ${gates.map((gate) => gateRow(gate, hasBias ? biasReach : undefined, gate.part === selected, choose))}
      </tbody>
    </table>
  </div>`;
}

function gateRow(
  { part, input, recurrent, bias, biases, inputHistogram, recurrentHistogram }: GateSummary,
  biasReach: number | undefined,
  isSelected: boolean,
  choose: (part: string) => void,
): TemplateResult {
  return html`<tr class=${isSelected ? "selected" : ""}>
    <th scope="row">
      <button aria-pressed=${isSelected ? "true" : "false"} @click=${() => choose(part)}>
        ${partInWords(part)}
      </button>
    </th>
    <td>${formatNumber(input.norm)}</td>
    <td>${formatNumber(recurrent.norm)}</td>
    ${
      biasReach === undefined
        ? nothing
        : html`<td>${bias ? spreadOf(bias) : "–"}</td>
            <td>
              ${
                bias && biases
                  ? histogram(
                      countsOf(new Float32Array(biases), biasReach),
                      `the biases of gate ${part}: ${spreadOf(bias)}`,
                    )
                  : nothing
              }
            </td>`
    }
    <td>
      ${histogram(new Uint32Array(inputHistogram), `W_ih of gate ${part}: ${spreadOf(input)}`)}
    </td>
    <td>
      ${histogram(new Uint32Array(recurrentHistogram), `W_hh of gate ${part}: ${spreadOf(recurrent)}`)}
    </td>
  </tr>`;
}

const spreadOf = ({ mean, deviation }: WeightStatistics): string =>
  `${formatNumber(mean, 2)} ± ${formatNumber(deviation, 2)}`;

const rangeInWords = (reach: number): string =>
  `−${formatNumber(reach, 2)} to ${formatNumber(reach, 2)}`;

/** The same for all gates, so that they can be compared. */
const reachOfBiases = (gates: readonly GateSummary[]): number =>
  Math.max(
    ...gates.map(({ bias }) =>
      Math.max(Math.abs(bias?.minimum ?? 0), Math.abs(bias?.maximum ?? 0)),
    ),
  ) || 1;

const biasBins = 31;

function countsOf(values: Float32Array, reach: number): Uint32Array {
  const counts = new Uint32Array(biasBins);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = Math.floor(((value + reach) / (2 * reach)) * biasBins);
    counts[Math.max(0, Math.min(biasBins - 1, bin))]++;
  }
  return counts;
}

const width = 122;
const height = 26;

/** Heights are roots of counts: what is rare still shows. */
function histogram(counts: Uint32Array, words: string): TemplateResult {
  const bins = [...counts];
  const most = Math.sqrt(Math.max(1, ...bins));
  const each = width / bins.length;
  const path = bins
    .map((count, index) => {
      const tall = (Math.sqrt(count) / most) * (height - 2);
      return `M${(index * each).toFixed(1)} ${height}v${(-tall).toFixed(1)}h${each.toFixed(1)}V${height}z`;
    })
    .join("");
  return html`<svg
    class="histogram"
    role="img"
    aria-label="Histogram of ${words}"
    viewBox="0 0 ${width} ${height}"
    width=${width}
    height=${height}
  >
    ${svg`<title>${words}</title>
      <line class="zero" x1=${width / 2} x2=${width / 2} y1="0" y2=${height}></line>
      <path d=${path}></path>
      <line class="floor" x1="0" x2=${width} y1=${height - 0.5} y2=${height - 0.5}></line>`}
  </svg>`;
}
