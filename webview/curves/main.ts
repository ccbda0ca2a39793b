/** The curves panel: losses, gradient norms and learning rate of one or several runs, live. */
import "../lib/panel.css";
import "./curves.css";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import { html, nothing, render } from "lit";
import type { CurvesContract } from "../../src/protocol/curvesContract.ts";
import type { Color } from "../lib/color.ts";
import { choose, type Choice } from "../lib/controls.ts";
import { runCommand, type EmptyState } from "../lib/emptyState.ts";
import { connectTo, rememberedView, rememberView } from "../lib/host.ts";
import { createPanelFrame, openInEditorButton, panelElement } from "../lib/panelFrame.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import { createPlotFigure, type PlotFigure } from "./figure.ts";
import { runLegend } from "./legend.ts";
import { plotsOf } from "./plots.ts";
import { createRunCache } from "./runCache.ts";
import { assignColors, runColorNames, type RunColors } from "./runColors.ts";
import { endOn, rulerFor, rulerTitle, type CurveAxis, type RunSeries } from "./runSeries.ts";
import { statusSentence } from "./status.ts";
import { createCurvesStore } from "./store.ts";
import { trainingBar } from "./trainingBar.ts";

/** What the panel remembers between reloads. */
interface Remembered {
  readonly axis: CurveAxis;
  readonly smooth: boolean;
  readonly hidden: readonly string[];
  readonly colors: RunColors;
}

const axisChoices: readonly (Choice & { readonly value: CurveAxis })[] = [
  { value: "updates", label: "Updates" },
  { value: "epochs", label: "Epochs" },
  { value: "time", label: "Time" },
];

const host = connectTo<CurvesContract>();
const frame = createPanelFrame(panelElement(), (command) => run(command));
const fail = (error: unknown): void => frame.error(error);
const run = runCommand(host, fail);

const remembered = rememberedView<Remembered>();
let axis = remembered.axis ?? "updates";
let smooth = remembered.smooth ?? true;
let hidden: ReadonlySet<string> = new Set(remembered.hidden);
let colors = remembered.colors ?? {};
let theme = readTheme();
let probe: number | undefined;
let spokenState = "";
let requested = 0;

const cache = createRunCache();
const part = (tag: string, className: string): HTMLElement => {
  const element = frame.content.appendChild(document.createElement(tag));
  element.className = className;
  return element;
};
const runList = part("div", "run-list");
const plots = part("div", "plots");
const aloud = part("span", "visually-hidden");
aloud.setAttribute("role", "status");
let figures: readonly PlotFigure[] = [];

const store = createCurvesStore(host, {
  state() {
    frame.error(undefined);
    draw();
  },
  news: draw,
  error: fail,
});
onThemeChange(() => {
  theme = readTheme();
  show();
});

/** Several messages may arrive within a frame; the curves are drawn once. */
function draw(): void {
  requested ||= requestAnimationFrame(show);
}

function show(): void {
  requested = 0;
  if (!store.state) return;
  const { runs, training } = store.state;
  const series = cache.follow(runs);
  const isEmpty = series.length === 0 && !training;
  frame.empty(isEmpty ? nothingYet : undefined);
  if (isEmpty) return;
  colors = assignColors(
    colors,
    series.map(({ runFolder }) => runFolder),
  );
  showHeader(series);
  showControls();
  saySo();
  render(runLegend({ runs: series, colorOf, hidden, toggle }), runList);
  showPlots(series.filter(({ runFolder }) => !hidden.has(runFolder)));
  remember();
}

function showPlots(runs: readonly RunSeries[]): void {
  for (const series of runs) noteEpochs(series);
  const ruler = rulerFor(axis, runs);
  const end = Math.max(0, ...runs.map((series) => endOn(ruler, series)));
  const wanted = plotsOf({ runs, ruler, smooth });
  if (String(figures.map(({ kind }) => kind)) !== String(wanted.map(({ kind }) => kind))) {
    for (const figure of figures) figure.dispose();
    figures = wanted.map(({ kind }) => createPlotFigure(plots, kind, moveProbe));
  }
  const axisTitle = rulerTitle(ruler);
  wanted.forEach((plot, index) =>
    figures[index].update({ plot, theme, colorOf, axisTitle, end, probe }),
  );
}

/** A training knows the length of its epochs before the first has ended. */
function noteEpochs(series: RunSeries): void {
  const { training } = store.state ?? {};
  if (training?.runFolder !== series.runFolder || !(training.epochs > 0 && training.updates > 0))
    return;
  series.updatesPerEpoch = training.updates / training.epochs;
}

function moveProbe(x: number | undefined): void {
  if (x === probe) return;
  probe = x;
  draw();
}

const colorOf = ({ runFolder }: RunSeries): Color =>
  theme.charts[runColorNames[colors[runFolder] ?? 0]];

function toggle(runFolder: string): void {
  const next = new Set(hidden);
  if (!next.delete(runFolder)) next.add(runFolder);
  hidden = next;
  show();
}

function remember(): void {
  rememberView({ axis, smooth, hidden: [...hidden], colors } satisfies Remembered);
}

// ---------------------------------------------------------------- texts and controls

const nothingYet: EmptyState = {
  icon: "graph-line",
  title: "Training curves",
  text:
    "Train a model to watch its losses, gradient norms and learning rate here while it learns. " +
    "Finished runs can be compared: select several in the list of runs.",
  actions: [
    { label: "Train Model", icon: "play", command: "unroll.train" },
    { label: "New Config…", icon: "new-file", command: "unroll.newConfig" },
  ],
};

function showHeader(series: readonly RunSeries[]): void {
  const { training } = store.state ?? {};
  const title = series.length === 1 ? series[0].name : `${series.length} runs`;
  frame.header(
    html`<h1>${title}</h1>
      <div class="panel-actions">${openInEditorButton(() => run("unroll.openCurvesInEditor"))}</div>
      ${training ? trainingBar(training, series.length > 1, run) : nothing}`,
  );
}

function showControls(): void {
  frame.controls(
    html`${choose("Horizontal axis", axisChoices, axis, (value) => {
        axis = axisChoices.find((choice) => choice.value === value)?.value ?? "updates";
        probe = undefined;
        show();
      })}
      <vscode-checkbox
        label="Smooth the training loss"
        title="Exponential mean over the last ten measurements or so"
        .checked=${smooth}
        @change=${(event: Event) => {
          smooth = (event.currentTarget as HTMLInputElement).checked;
          show();
        }}
      ></vscode-checkbox>`,
  );
}

/** Progress comes ten times a second; only a change of state is worth saying aloud. */
function saySo(): void {
  const { training } = store.state ?? {};
  const state = training ? `${training.runFolder} ${training.state}` : "";
  if (state !== spokenState && training) aloud.textContent = statusSentence(training);
  spokenState = state;
}
