/** The slider through a training: the same sequence, as the network saw it after so many updates. */
import "./snapshotSlider.css";
import { html, nothing, type TemplateResult } from "lit";
import type { PanelCommand } from "../../src/protocol/panelContract.ts";
import { iconButton } from "./controls.ts";
import { slider } from "./slider.ts";
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
  const text = note === "" ? place : `${place}, ${note}`;
  return html`<div class="snapshots">
    <span class="snapshot-place" title=${help}
      >${place}
      ${note === "" ? nothing : html`<span class=${isLive ? "live" : ""}>${note}</span>`}</span
    >
    ${slider({
      label: "Weights of the network on its way through training",
      text,
      title: help,
      min: 0,
      max: stops.updates.length - 1,
      step: 1,
      value: index,
      moved: (to) => showThrough(weightsAt(stops, to)),
    })}
    ${iconButton("history", "Show after how many updates…", () => run("unroll.showAfterUpdate"))}
  </div>`;
}

const help =
  "The same sequence through the weights that the network had on its way (← →, Home, End). Colours keep their scale, so that the same colour means the same value after every update. At the right end the newest weights are shown, and followed while the network is trained.";
