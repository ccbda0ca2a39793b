/** The few controls that every panel needs, made of the editor's own look. */
import "@vscode-elements/elements/dist/vscode-option/index.js";
import { VscodeSingleSelect } from "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A labelled drop-down list. */
export function choose(
  label: string,
  choices: readonly Choice[],
  selected: string,
  onChange: (value: string) => void,
): TemplateResult {
  const changed = (event: Event): void => {
    if (event.currentTarget instanceof VscodeSingleSelect) onChange(event.currentTarget.value);
  };
  // Options are keyed by everything that they show: the control reads them only when they appear.
  return html`<label class="choice" title=${label} ?data-single=${choices.length === 1}>
    <span class="choice-label">${label}</span>
    <vscode-single-select label=${label} .value=${live(selected)} @change=${changed}>
      ${repeat(
        choices,
        ({ value, label }) => `${value} ${label}`,
        ({ value, label }) =>
          html`<vscode-option value=${value} ?selected=${value === selected}
            >${label}</vscode-option
          >`,
      )}
    </vscode-single-select>
  </label>`;
}

/** A button with an icon alone; `label` is its tooltip and its name. */
export function iconButton(icon: string, label: string, onClick: () => void): TemplateResult {
  return html`<vscode-toolbar-button
    icon=${icon}
    label=${label}
    title=${label}
    @click=${onClick}
  ></vscode-toolbar-button>`;
}
