/** The runs that are compared: colour, name, state and best loss; each can be hidden. */
import { html, nothing, svg, type TemplateResult } from "lit";
import { css, type Color } from "../lib/color.ts";
import type { Stroke } from "./plots.ts";
import type { RunSeries } from "./runSeries.ts";
import { lossText, stateIcons, stateTitles } from "./status.ts";

export interface RunLegend {
  readonly runs: readonly RunSeries[];
  readonly colorOf: (run: RunSeries) => Color;
  readonly hidden: ReadonlySet<string>;
  readonly toggle: (runFolder: string) => void;
}

export function runLegend({ runs, colorOf, hidden, toggle }: RunLegend): TemplateResult {
  return html`<ul class="runs" aria-label="Runs">
    ${runs.map((run) => {
      const isHidden = hidden.has(run.runFolder);
      const best = run.series.validationLoss.minimum;
      const { last } = run.series.trainLoss;
      const state = stateTitles[run.state];
      return html`<li>
        <button
          class="run"
          type="button"
          aria-pressed=${String(!isHidden)}
          title=${`${isHidden ? "Show" : "Hide"} the curves of ${run.name}\n${run.runFolder}`}
          @click=${() => toggle(run.runFolder)}
        >
          <svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
            ${svg`<rect x="0.75" y="0.75" width="10.5" height="10.5" rx="2"
              fill=${isHidden ? "none" : css(colorOf(run))} stroke=${css(colorOf(run))} stroke-width="1.5"></rect>`}
          </svg>
          <span class="name">${run.name}</span>
          <span class="state"
            ><span class="codicon codicon-${stateIcons[run.state]}" aria-hidden="true"></span>
            ${state}</span
          >
          ${best ? html`<span class="best">best ${lossText(best.value)}</span>` : nothing}
          ${
            last && !Number.isFinite(last.value)
              ? html`<span class="best">loss not finite</span>`
              : nothing
          }
        </button>
      </li>`;
    })}
  </ul>`;
}

/** What solid, dashed and faint mean in a plot. */
export const strokeKey = (
  strokes: readonly { readonly name: string; readonly stroke: Stroke }[],
  hasMark: boolean,
): TemplateResult =>
  html`<span class="strokes">
    ${strokes.map(
      ({ name, stroke }) =>
        html`<span class="stroke"
          ><svg viewBox="0 0 20 8" aria-hidden="true">
            ${svg`<line x1="0" x2="20" y1="4" y2="4" class=${stroke}></line>`}</svg
          >${name}</span
        >`,
    )}
    ${
      hasMark
        ? html`<span class="stroke"
            ><svg class="diamond" viewBox="0 0 10 10" aria-hidden="true">
              ${svg`<path d="M5 0 L10 5 L5 10 L0 5 Z"></path>`}</svg
            >best</span
          >`
        : nothing
    }
  </span>`;
