/** The gradients panel: where learning reaches, and where its gradient fades on the way back. */
import "../lib/panel.css";
import "../lib/compact.css";
import "./gradients.css";
import { html, nothing, render } from "lit";
import type { SaliencyMethod } from "../../src/protocol/instruments.ts";
import type { UnitOrder } from "../../src/trace/order.ts";
import { gradientOf } from "../../src/trace/names.ts";
import { onCompactChange } from "../lib/compact.ts";
import { createColorTables } from "../lib/colorMaps.ts";
import { runCommand } from "../lib/emptyState.ts";
import { createHeatmapController } from "../lib/heatmapController.ts";
import { connectToHost, rememberedView, rememberView } from "../lib/host.ts";
import { createPanelFrame, panelElement, tensorHeader } from "../lib/panelFrame.ts";
import { sequenceKey } from "../lib/sequenceKey.ts";
import { sliderOf } from "../lib/snapshotSlider.ts";
import { createStepTokens } from "../lib/stepTokens.ts";
import { createStore, startingCursor, type Change } from "../lib/state.ts";
import {
  heatmapActions,
  statesThenGates,
  tensorChoice,
  tensorControls,
  type TensorChoice,
} from "../lib/tensorChoice.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import { rememberedViewport, type RememberedViewport } from "../lib/viewport.ts";
import { createBackwardPicture } from "./backwardPicture.ts";
import { createFlowPicture } from "./flowPicture.ts";
import { createSaliencyPicture } from "./saliencyPicture.ts";
import { createSpectrumPicture } from "./spectrumPicture.ts";
import type { Surroundings } from "./surroundings.ts";
import type { ReachKind, Verdict } from "./verdict.ts";
import { noGradients, nothingYet } from "./words.ts";

/** What the panel remembers between reloads. */
interface Remembered extends RememberedViewport {
  readonly part: string;
  readonly order: UnitOrder;
  /** Which instruments the person asked for. */
  readonly spectrum: boolean;
  readonly saliency: boolean;
  readonly method: SaliencyMethod;
}

const host = connectToHost();
const frame = createPanelFrame(panelElement(), (command) => run(command));
const fail = (error: unknown): void => frame.error(error);
const run = runCommand(host, fail);
const store = createStore(host, fail);

const remembered = rememberedView<Remembered>();
let part = remembered.part ?? "h";
let order = remembered.order ?? "index";
let chosen: TensorChoice | undefined;
const pending = { heatmap: false, flow: false, spectrum: false, saliency: false };
let theme = readTheme();
let tables = createColorTables(theme);

const controller = createHeatmapController({
  host,
  store,
  geometry: () => chosen && backward.layout().heatmap,
  changed() {
    remember();
    redraw();
  },
  received() {
    frame.error(undefined);
    backward.redraw();
    flow.fetch();
  },
  hovered: () => backward.redrawOverlay(),
  error: fail,
  pending(isPending) {
    pending.heatmap = isPending;
    showProgress();
  },
});
const tokens = createStepTokens(host, redrawOverlays);
const surroundings: Surroundings = {
  host,
  controller,
  tokens,
  chosen: () => chosen,
  theme: () => theme,
  table: (kind) => tables(kind),
  fail,
};
const verdictLine = frame.content.appendChild(document.createElement("div"));
const backward = createBackwardPicture(
  figure("Gradient at every unit and step", "first-caption"),
  surroundings,
);
const flow = createFlowPicture(figure("How much of each loss reaches back"), surroundings, {
  verdict: showVerdict,
  moveStep: (t) => store.moveCursor({ t }),
  pending(isPending) {
    pending.flow = isPending;
    verdictLine.classList.toggle("waiting", isPending);
    showProgress();
  },
});

const spectrum = createSpectrumPicture(
  figure("How much one step back stretches a gradient"),
  surroundings,
  {
    isOpen: remembered.spectrum ?? false,
    toggled: remember,
    moveStep: (t) => store.moveCursor({ t }),
    pending: (isPending) => {
      pending.spectrum = isPending;
      showProgress();
    },
  },
);
const saliency = createSaliencyPicture(
  figure("Which inputs the prediction depends on"),
  surroundings,
  {
    isOpen: remembered.saliency ?? false,
    method: remembered.method ?? "integrated",
    toggled: remember,
    moveStep: (t) => store.moveCursor({ t }),
    pending: (isPending) => {
      pending.saliency = isPending;
      showProgress();
    },
  },
);
const pictures = [backward, flow, spectrum, saliency];

store.subscribe(onChange);
window.addEventListener("resize", () => {
  for (const picture of pictures) picture.fit();
});
onCompactChange(() => chosen && showControls(chosen));
onThemeChange(() => {
  theme = readTheme();
  tables = createColorTables(theme);
  redraw();
});

function figure(caption: string, ...classes: readonly string[]): HTMLElement {
  const element = frame.content.appendChild(document.createElement("section"));
  element.className = "figure";
  const heading = element.appendChild(document.createElement("h2"));
  heading.classList.add("caption", ...classes);
  heading.textContent = caption;
  return element;
}

function redraw(): void {
  for (const picture of pictures) picture.redraw();
}

function redrawOverlays(): void {
  for (const picture of pictures) picture.redrawOverlay();
}

function remember(): void {
  const { viewport, extent } = controller;
  rememberView({
    part,
    order,
    viewport,
    extent,
    spectrum: spectrum.isOpen,
    saliency: saliency.isOpen,
    method: saliency.method,
  } satisfies Remembered);
}

function onChange(change: Change): void {
  if (change === "state") showState();
  if (change === "snapshots") showSnapshots();
  if (change !== "cursor" || !chosen) return;
  const { layer, direction } = store.state.cursor ?? startingCursor;
  if (layer !== chosen.layer || direction !== chosen.direction) showState();
  else if (!controller.follow()) redrawOverlays();
  saliency.follow();
}

/** Takes the state in; what was chosen may no longer exist. */
function showState(): void {
  const { trace, busy, cursor = startingCursor } = store.state;
  chosen = trace && tensorChoice(trace, cursor, { part, parts: statesThenGates }, gradientOf);
  showProgress();
  frame.empty(chosen ? undefined : trace && !busy ? noGradients : nothingYet(busy));
  if (!chosen) {
    controller.show(undefined, { steps: 1, units: 1 });
    for (const picture of [flow, spectrum, saliency]) picture.show();
    return;
  }
  const { units, tensor, computed } = chosen;
  const { id, steps } = chosen.trace;
  const isFirst = controller.subject === undefined;
  tokens.follow(chosen.trace);
  showControls(chosen);
  showSnapshots();
  backward.show();
  controller.show(
    { trace: id, sequence: sequenceKey(chosen.trace), tensor, order, units, computed },
    { steps, units },
    isFirst ? rememberedViewport(remembered, { steps, units }) : undefined,
  );
  for (const picture of [flow, spectrum, saliency]) picture.show();
}

function showSnapshots(): void {
  frame.snapshots(sliderOf(store, run));
}

function showProgress(): void {
  const { heatmap, ...others } = pending;
  const isAwaited = heatmap && !controller.related;
  frame.busy(store.state.busy || isAwaited || Object.values(others).some(Boolean));
  backward.stale(isAwaited);
}

const openInEditor = (): void => run("unroll.openGradientsInEditor");

function showControls(of: TensorChoice): void {
  const actions = heatmapActions(controller.key);
  frame.header(tensorHeader({ trace: of.trace, tensor: of.tensor, actions, openInEditor }));
  frame.controls(
    tensorControls({
      chosen: of,
      order,
      partLabel: "Gradient of",
      withoutOrders: ["saturation"],
      moveCursor: store.moveCursor,
      choosePart(chosenPart) {
        part = chosenPart;
        showState();
      },
      chooseOrder(chosenOrder) {
        order = chosenOrder;
        showState();
      },
    }),
  );
}

function showVerdict(verdict: Verdict | undefined): void {
  verdictLine.className = `verdict ${verdict?.kind ?? (pending.flow ? "waiting" : "")}`;
  render(
    verdict
      ? html`<span class="codicon codicon-${icons[verdict.kind]}" aria-hidden="true"></span>
          <p title=${verdict.detail}>
            <strong>${verdict.headline}.</strong> <span class="detail">${verdict.detail}</span>
          </p>`
      : nothing,
    verdictLine,
  );
}

const icons: Readonly<Record<ReachKind, string>> = {
  vanishes: "arrow-down",
  explodes: "arrow-up",
  carries: "check",
  nothing: "circle-slash",
  broken: "error",
};
