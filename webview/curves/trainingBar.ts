/** How a training is going, in one line with a thin bar, and the buttons that pause, resume and stop it. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, nothing, type TemplateResult } from "lit";
import type { PanelCommand } from "../../src/protocol/panelContract.ts";
import type { TrainingStatus } from "../../src/protocol/training.ts";
import { stateIcons, stateTitles, statusParts } from "./status.ts";

/** @param isNamed Whether several runs are shown, so that it must say which of them trains. */
export function trainingBar(
  status: TrainingStatus,
  isNamed: boolean,
  run: (command: PanelCommand) => void,
): TemplateResult {
  const isActive = status.state === "training" || status.state === "paused";
  return html`<section class="training" aria-label="Training">
    <div class="training-head">
      <span class="training-state" data-state=${status.state}
        ><span class="codicon codicon-${stateIcons[status.state]}" aria-hidden="true"></span>
        ${stateTitles[status.state]}</span
      >
      <span class="training-name" title=${status.runFolder}
        >${isNamed ? status.runName : nothing}</span
      >
      ${isActive ? buttons(status, run) : nothing}
    </div>
    ${
      isActive
        ? html`<progress
            max=${Math.max(1, status.updates)}
            .value=${status.update}
            aria-label="Updates"
          ></progress>`
        : nothing
    }
    <dl class="status">
      ${statusParts(status).map(
        ({ label, value }) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

const buttons = (status: TrainingStatus, run: (command: PanelCommand) => void): TemplateResult =>
  html`<span class="training-buttons">
    ${
      status.state === "paused"
        ? html`<vscode-button icon="debug-continue" @click=${() => run("unroll.resume")}
            >Resume</vscode-button
          >`
        : html`<vscode-button secondary icon="debug-pause" @click=${() => run("unroll.pause")}
            >Pause</vscode-button
          >`
    }
    <vscode-button secondary icon="debug-stop" @click=${() => run("unroll.stop")}
      >Stop</vscode-button
    >
  </span>`;
