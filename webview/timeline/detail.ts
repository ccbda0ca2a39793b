/** The numbers of the current step: what the bars of its column show, readable and copyable. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, nothing, type TemplateResult } from "lit";
import type { CellSummary, TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import type { Cursor } from "../../src/protocol/traceSummary.ts";
import { partTitles } from "../../src/trace/names.ts";
import { widthOf, type ModelDescription } from "../../src/trace/trace.ts";
import { formatMeasured, formatShare, visibleToken } from "../lib/numbers.ts";
import { changeDetail } from "./changeDetail.ts";
import { activity } from "./scales.ts";
import { layerText, lossText, valueText, verdictOf } from "./words.ts";

export interface StepDetail {
  readonly t: number;
  readonly column: TimelineColumn | undefined;
  readonly cursor: Cursor;
  readonly model: ModelDescription;
  /** Present when fetching failed. */
  readonly retry?: () => void;
}

export function stepDetail({ t, column, cursor, model, retry }: StepDetail): TemplateResult {
  if (!column && retry) {
    return html`<h2>Step ${t}</h2>
      <p class="note">Its numbers could not be fetched.</p>
      <div><vscode-button secondary icon="refresh" @click=${retry}>Try Again</vscode-button></div>`;
  }
  if (!column) {
    return html`<h2>Step ${t}</h2>
      <p class="note">Fetching…</p>`;
  }
  return html`<h2>
      Step ${t}
      ${column.input === "" ? nothing : html`<span class="token">${visibleToken(column.input, 40)}</span>`}
      ${
        column.loss === undefined
          ? nothing
          : html`<span class="loss">${lossText(column.loss, model)}</span>`
      }
    </h2>
    ${changeDetail(column, model)} ${inputValues(column)} ${output(column)} ${forecast(column)}
    <div class="cells">
      ${column.cells.toReversed().map((cell) => cellDetail(cell, cursor, model))}
    </div>`;
}

function inputValues({ inputValues }: TimelineColumn): TemplateResult | typeof nothing {
  if (!inputValues || inputValues.length === 0) return nothing;
  return html`<section>
    <h3>Input</h3>
    <dl class="pairs">
      ${inputValues.map(
        ({ name, value }) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${valueText(value)}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function output(column: TimelineColumn): TemplateResult | typeof nothing {
  const { predictions, targetLabel, begins } = column;
  if (!predictions || predictions.length === 0) return nothing;
  const verdict = verdictOf(column);
  return html`<section>
    <h3>
      Output${
        begins === undefined
          ? nothing
          : html`, label <span class="token">${visibleToken(begins, 24)}</span> begins`
      }${
        targetLabel === undefined
          ? nothing
          : html`, target <span class="token">${visibleToken(targetLabel, 24)}</span> ${
                verdict &&
                html`<span class="verdict ${verdict}"
                  ><span
                    class="codicon codicon-${verdict === "right" ? "check" : "close"}"
                    aria-hidden="true"
                  ></span
                  >${verdict}</span
                >`
              }`
      }
    </h3>
    <ol class="predictions">
      ${predictions.slice(0, 5).map(
        ({ label, probability }) =>
          html`<li class=${label === targetLabel ? "target" : ""}>
            <span class="token">${visibleToken(label, 24)}</span>
            <meter min="0" max="1" .value=${probability} aria-label="probability"></meter>
            <span class="number">${formatShare(probability)}</span>
          </li>`,
      )}
    </ol>
  </section>`;
}

function forecast({ forecast }: TimelineColumn): TemplateResult | typeof nothing {
  if (!forecast || forecast.length === 0) return nothing;
  const isSure = forecast[0].deviation !== undefined;
  const isKnown = forecast.some(({ truth }) => truth !== undefined);
  return html`<section>
    <table class="forecast">
      <thead>
        <tr>
          <th scope="col">Forecast</th>
          <th scope="col">predicted</th>
          ${isSure ? html`<th scope="col" title="Deviation: two thirds of all truths are expected within it">± σ</th>` : nothing}
          ${
            isKnown
              ? html`<th scope="col">true</th>
                  ${
                    isSure
                      ? html`<th
                          scope="col"
                          title="How many deviations the truth lies above what was predicted"
                        >
                          off, σ
                        </th>`
                      : html`<th scope="col">error</th>`
                  }`
              : nothing
          }
        </tr>
      </thead>
      <tbody>
        ${forecast.map(
          ({ name, predicted, truth, deviation }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="predicted">${formatMeasured(predicted, isSure ? 3 : 4)}</td>
              ${deviation === undefined ? nothing : html`<td>${formatMeasured(deviation)}</td>`}
              ${isKnown ? truthCells({ predicted, truth, deviation }) : nothing}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

type Forecast = NonNullable<TimelineColumn["forecast"]>[number];

function truthCells({
  predicted,
  truth,
  deviation,
}: Pick<Forecast, "predicted" | "truth" | "deviation">): TemplateResult {
  if (truth === undefined)
    return html`<td>–</td>
      <td>–</td>`;
  return deviation === undefined
    ? html`<td>${valueText(truth)}</td>
        <td>${valueText(predicted - truth)}</td>`
    : html`<td>${formatMeasured(truth)}</td>
        <td>${formatMeasured((truth - predicted) / deviation, 2)}</td>`;
}

function cellDetail(cell: CellSummary, cursor: Cursor, model: ModelDescription): TemplateResult {
  const layer = model.layers[cell.layer];
  const isChosen = cell.layer === cursor.layer && cell.direction === cursor.direction;
  const direction = layer.directions.length > 1 ? `, ${cell.direction}` : "";
  return html`<section class=${isChosen ? "cell chosen" : "cell"}>
    <h3>
      Layer ${cell.layer} · ${layer.cell.toUpperCase()}${direction}
      <span class="note">${layerText(layer)}</span>
    </h3>
    <table>
      ${
        cell.gates.length === 0
          ? nothing
          : html`<thead>
                <tr>
                  <th scope="col">gate</th>
                  <th scope="col">mean</th>
                  <th scope="col">saturated</th>
                </tr>
              </thead>
              <tbody>
                ${cell.gates.map(
                  ({ part, mean, saturated }) =>
                    html`<tr title=${partTitles[part]}>
                      <th scope="row"><b>${part}</b> ${partTitles[part]}</th>
                      <td>${formatMeasured(mean)}</td>
                      <td class=${saturated > 0 ? "saturated" : ""}>${formatShare(saturated)}</td>
                    </tr>`,
                )}
              </tbody>`
      }
      <thead>
        <tr>
          <th scope="col">state</th>
          <th scope="col" title="Root of the mean square: the norm divided by √H">rms</th>
          <th scope="col">‖gradient‖</th>
        </tr>
      </thead>
      <tbody>
        ${stateRow("h", cell.hNorm, cell.hGradientNorm, widthOf(layer, "h"))}
        ${cell.cNorm === undefined ? nothing : stateRow("c", cell.cNorm, cell.cGradientNorm, widthOf(layer, "c"))}
      </tbody>
    </table>
  </section>`;
}

const stateRow = (
  part: string,
  norm: number,
  gradient: number | undefined,
  width: number,
): TemplateResult =>
  html`<tr title="‖${part}‖ = ${formatMeasured(norm)}">
    <th scope="row"><b>${part}</b> ${partTitles[part]}</th>
    <td>${formatMeasured(activity(norm, width))}</td>
    <td class="gradient">${gradient === undefined ? "–" : formatMeasured(gradient)}</td>
  </tr>`;
