/** The slider through a training: the same sequence, as the network saw it after so many updates. */
import "./snapshotSlider.css";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { ref } from "lit/directives/ref.js";
import type { PanelCommand } from "../../src/protocol/panelContract.ts";
import { iconButton } from "./controls.ts";
import type { Store } from "./state.ts";
import { snapshotStops, weightsAt } from "./snapshotStops.ts";

/** Nothing where the run of the trace kept no weights on its way. */
export function sliderOf(
  { state: { snapshots, trace }, showThrough }: Store,
  run: (command: PanelCommand) => void,
): TemplateResult | typeof nothing {
  if (!snapshots || !trace) return nothing;
  const stops = snapshotStops(snapshots, trace.update);
  const { index, place, note, isLive } = stops;
  const last = stops.updates.length - 1;
  const moved = (event: Event): void =>
    showThrough(weightsAt(stops, Number((event.currentTarget as HTMLInputElement).value)));
  // The page's policy forbids styles that are written out.
  const fill = (input: Element | undefined): void =>
    (input as HTMLInputElement | undefined)?.style.setProperty(
      "--share",
      String(last > 0 ? index / last : 1),
    );
  const text = note === "" ? place : `${place}, ${note}`;
  return html`<div class="snapshots">
    <span class="snapshot-place" title=${help}
      >${place}
      ${note === "" ? nothing : html`<span class=${isLive ? "live" : ""}>${note}</span>`}</span
    >
    <input
      type="range"
      min="0"
      max=${last}
      step="1"
      ${ref(fill)}
      .value=${live(String(index))}
      aria-label="Weights of the network on its way through training"
      aria-valuetext=${text}
      title=${help}
      @input=${moved}
    />
    ${iconButton("history", "Show after how many updates…", () => run("unroll.showAfterUpdate"))}
  </div>`;
}

const help =
  "The same sequence through the weights that the network had on its way (← →, Home, End). Colours keep their scale, so that the same colour means the same value after every update. At the right end the newest weights are shown, and followed while the network is trained.";
