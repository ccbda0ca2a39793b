/**
 * The standing parts of a panel, from top to bottom: header, controls, trouble, then either its
 * pictures or what it says while there is nothing to draw. Made once; lit fills the changing texts.
 */
import { html, nothing, render, type TemplateResult } from "lit";
import type { PanelCommand } from "../../src/protocol/panelContract.ts";
import type { TraceSummary } from "../../src/protocol/traceSummary.ts";
import { isCompact, isEditorTab, onCompactChange } from "./compact.ts";
import { iconButton } from "./controls.ts";
import { emptyState, errorMessage, type EmptyState } from "./emptyState.ts";
import { formatCount, formatMeasured, formatShape } from "./numbers.ts";
import { whatIf } from "./whatIf.ts";

/** The element that the host's page gives to the panel. */
export function panelElement(): HTMLElement {
  const element = document.getElementById("panel");
  if (!element) throw new Error("The page has no element #panel.");
  return element;
}

export interface PanelFrame {
  /** Where the panel puts its pictures. */
  readonly content: HTMLElement;
  header(template: TemplateResult): void;
  /** The slider through a training, where there is one. */
  snapshots(template: TemplateResult | typeof nothing): void;
  controls(template: TemplateResult): void;
  /** Says what is missing instead of showing the content; undefined shows the content. */
  empty(empty: EmptyState | undefined): void;
  /** Shows an error above the content, which stays; undefined takes it away. */
  error(error: unknown): void;
  busy(busy: boolean): void;
}

export function createPanelFrame(
  main: HTMLElement,
  run: (command: PanelCommand) => void,
): PanelFrame {
  const part = (className: string, tag = "div"): HTMLElement => {
    const element = main.appendChild(document.createElement(tag));
    element.className = className;
    return element;
  };
  const busyLine = part("busy-line");
  busyLine.setAttribute("role", "progressbar");
  busyLine.setAttribute("aria-label", "Computing");
  busyLine.hidden = true;
  const header = part("panel-header", "header");
  const snapshots = part("snapshots-line");
  const controls = part("controls");
  const trouble = part("trouble");
  const content = part("content");
  const missing = part("missing");
  const show = (isEmpty: boolean): void => {
    for (const element of [header, snapshots, controls, content]) element.hidden = isEmpty;
    missing.hidden = !isEmpty;
  };
  trouble.hidden = true;
  show(true);
  const fit = (): void => void main.classList.toggle("compact", isCompact());
  onCompactChange(fit);
  fit();

  return {
    content,
    header: (template) => void render(template, header),
    snapshots: (template) => void render(template, snapshots),
    controls: (template) => void render(template, controls),
    empty(empty) {
      show(empty !== undefined);
      render(empty ? emptyState(empty, run) : nothing, missing);
    },
    error(error) {
      trouble.hidden = error === undefined;
      render(error === undefined ? nothing : errorMessage(error), trouble);
    },
    busy(busy) {
      busyLine.hidden = !busy;
      main.setAttribute("aria-busy", String(busy));
    },
  };
}

export interface TensorHeader {
  readonly trace: TraceSummary;
  readonly tensor: string;
  readonly actions: readonly {
    readonly icon: string;
    readonly label: string;
    readonly click: () => void;
  }[];
  readonly openInEditor: () => void;
}

/** `weather · best checkpoint, update 1,200`, or the name of a model file. */
export const originInWords = ({ runName, checkpoint, update, modelFile }: TraceSummary): string =>
  modelFile === undefined
    ? `${runName} · ${checkpoint === "snapshot" ? "" : `${checkpoint} checkpoint, `}update ${formatCount(update)}`
    : `${runName} · model file`;

const axisLetters: Readonly<Record<string, string>> = { row: "rows", column: "columns" };

/** The button that opens a panel as an editor tab, where it is not one already. */
export const openInEditorButton = (open: () => void): TemplateResult | typeof nothing =>
  isEditorTab() ? nothing : iconButton("link-external", "Open as editor tab", open);

/** Which tensor, its axes and shape, of which run and sequence; a compact view folds all but the first away. */
export function tensorHeader(header: TensorHeader): TemplateResult {
  const { trace, tensor, actions, openInEditor } = header;
  const summary = trace.tensors.find(({ name }) => name === tensor);
  const axes = summary?.axes.map((axis) => axisLetters[axis] ?? axis).join(", ");
  const run =
    originInWords(trace) +
    (trace.loss === undefined ? "" : ` · loss ${formatMeasured(trace.loss)}`);
  const shape =
    summary && html`<span class="shape">(${axes}) = ${formatShape(summary.shape)}</span>`;
  const heading = html`<h1>${tensor} ${shape}</h1>`;
  const details = html`<p title=${trace.sequence.title}>${trace.sequence.title}</p>
    <p title=${run}>${run}</p>
    ${whatIf(trace)}`;
  const buttons = html`<div class="panel-actions">
    ${actions.map(({ icon, label, click }) => iconButton(icon, label, click))}
    ${openInEditorButton(openInEditor)}
  </div>`;
  if (!isCompact()) return html`${heading} ${buttons} ${details}`;
  return html`<details class="about">
      <summary title="Sequence and run">${heading}</summary>
      ${details}
    </details>
    ${buttons}`;
}
