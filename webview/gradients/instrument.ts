/** A part of the panel that costs more than looking, and so is computed when the person asks for it. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, render, type TemplateResult } from "lit";

export interface Instrument {
  /** What the person asked for is drawn in here. */
  readonly drawing: HTMLElement;
  readonly isOpen: boolean;
  /** Draws the bar again, with these controls while it is open. */
  update(controls?: TemplateResult): void;
}

export function createInstrument(
  parent: HTMLElement,
  texts: {
    readonly note: string;
    readonly open: string;
    readonly close: string;
  },
  isOpenAtFirst: boolean,
  toggled: () => void,
): Instrument {
  const bar = parent.appendChild(document.createElement("div"));
  bar.className = "instrument-bar";
  const drawing = parent.appendChild(document.createElement("div"));
  drawing.className = "figure";
  let isOpen = isOpenAtFirst;

  function update(controls?: TemplateResult): void {
    drawing.hidden = !isOpen;
    const toggle = (): void => {
      isOpen = !isOpen;
      update();
      toggled();
    };
    render(
      isOpen
        ? html`${controls}<vscode-button secondary @click=${toggle}>${texts.close}</vscode-button>`
        : html`<p class="note">${texts.note}</p>
            <vscode-button secondary @click=${toggle}>${texts.open}</vscode-button>`,
      bar,
    );
  }

  return {
    drawing,
    get isOpen() {
      return isOpen;
    },
    update,
  };
}
