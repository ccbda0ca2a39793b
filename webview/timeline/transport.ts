/** The bar that steps: first, previous, play, next, last; the step as an editable number; zoom. */
import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { PanelCommand } from "../../src/protocol/panelContract.ts";
import { iconButton } from "../lib/controls.ts";
import { formatCount } from "../lib/numbers.ts";

export interface Transport {
  readonly t: number;
  readonly steps: number;
  readonly playing: boolean;
  readonly run: (command: PanelCommand) => void;
  readonly moveTo: (t: number) => void;
  readonly zoom: (by: 1 | -1) => void;
  readonly fit: () => void;
}

export function transportBar(bar: Transport): TemplateResult {
  const { t, steps, playing, run } = bar;
  const last = steps - 1;
  const place = `Step ${t} of 0…${last}, ${formatCount(steps)} ${steps === 1 ? "step" : "steps"}`;
  const changed = (event: Event): void => {
    const field = event.currentTarget as HTMLInputElement;
    const wanted = stepFrom(field.value, last);
    if (wanted === undefined) field.value = String(t);
    else bar.moveTo(wanted);
  };
  return html`<div class="transport" role="toolbar" aria-label="Steps">
      ${iconButton("debug-reverse-continue", "First step (Home)", () => run("unroll.firstStep"))}
      ${iconButton("debug-step-back", "Previous step (←)", () => run("unroll.previousStep"))}
      ${iconButton(
        playing ? "debug-pause" : "play",
        playing ? "Pause (Space)" : "Play (Space)",
        () => run("unroll.play"),
      )}
      ${iconButton("debug-step-over", "Next step (→)", () => run("unroll.nextStep"))}
      ${iconButton("debug-continue", "Last step (End)", () => run("unroll.lastStep"))}
    </div>
    <label class="counter" title="${place}; type another to go there">
      <span>t =</span>
      <input
        type="text"
        inputmode="numeric"
        aria-label=${place}
        size=${Math.max(2, String(last).length)}
        .value=${live(String(t))}
        @change=${changed}
      />
      <span>/ ${last}</span>
    </label>
    <div class="transport zoom" role="toolbar" aria-label="Zoom">
      ${iconButton("zoom-out", "Narrower columns (−)", () => bar.zoom(-1))}
      ${iconButton("zoom-in", "Wider columns (+)", () => bar.zoom(1))}
      <span class="fit"
        >${iconButton("screen-full", "Show as many steps as fit (0)", bar.fit)}</span
      >
    </div>`;
}

/** What a person typed as a step: a whole number, moved into the sequence; undefined for anything else. */
export function stepFrom(text: string, last: number): number | undefined {
  if (!/^\s*[-−]?\d+\s*$/.test(text)) return undefined;
  return Math.min(last, Math.max(0, Number(text.replace("−", "-"))));
}
