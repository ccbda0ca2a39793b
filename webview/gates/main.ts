/** The gates panel: what every gate and state of a layer does, unit by unit and step by step. */
import "../lib/panel.css";
import "../lib/compact.css";
import { html, nothing } from "lit";
import { activationOf } from "../../src/trace/activation.ts";
import { changeOf, inputTensor } from "../../src/trace/names.ts";
import type { UnitOrder } from "../../src/trace/order.ts";
import { createColorTables } from "../lib/colorMaps.ts";
import { onCompactChange } from "../lib/compact.ts";
import { runCommand } from "../lib/emptyState.ts";
import { createHeatmapController } from "../lib/heatmapController.ts";
import { connectToHost, rememberedView, rememberView } from "../lib/host.ts";
import { createPanelFrame, panelElement, tensorHeader } from "../lib/panelFrame.ts";
import { sequenceKey } from "../lib/sequenceKey.ts";
import { sliderOf } from "../lib/snapshotSlider.ts";
import { createStore, startingCursor, type Change } from "../lib/state.ts";
import {
  gatesThenStates,
  heatmapActions,
  tensorChoice,
  tensorControls,
  type TensorChoice,
} from "../lib/tensorChoice.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import { rememberedViewport, type RememberedViewport } from "../lib/viewport.ts";
import { comparisonControl, type Comparison } from "./comparison.ts";
import { createGatesPicture, type Chosen } from "./gatesPicture.ts";
import { nothingYet, summaryInWords } from "./parts.ts";

/** What the panel remembers between reloads. */
interface Remembered extends RememberedViewport {
  readonly part: string;
  readonly order: UnitOrder;
}

const host = connectToHost();
const frame = createPanelFrame(panelElement(), (command) => run(command));
const fail = (error: unknown): void => frame.error(error);
const run = runCommand(host, fail);
const store = createStore(host, fail);

const remembered = rememberedView<Remembered>();
let part = remembered.part ?? "f";
let order = remembered.order ?? "index";
/** A counterfactual is looked at for what is different. */
let compared: Comparison = "change";
let chosen: Chosen | undefined;
let pending = false;
let theme = readTheme();
let tables = createColorTables(theme);

const controller = createHeatmapController({
  host,
  store,
  geometry: () => chosen && picture.layout(chosen).heatmap,
  changed: () => {
    remember();
    picture.redraw();
  },
  received: () => {
    frame.error(undefined);
    showWords();
    picture.redraw();
  },
  hovered: () => picture.redrawOverlay(),
  error: fail,
  pending: (isPending) => {
    pending = isPending;
    showProgress();
  },
});
const words = frame.content.appendChild(document.createElement("p"));
words.className = "note";
const picture = createGatesPicture(frame.content, {
  host,
  controller,
  chosen: () => chosen,
  theme: () => theme,
  table: (kind) => tables(kind),
  fail,
});

store.subscribe(onChange);
onCompactChange(() => chosen && showControls(chosen));
onThemeChange(() => {
  theme = readTheme();
  tables = createColorTables(theme);
  picture.redraw();
});

function onChange(change: Change): void {
  if (change === "state") showState();
  if (change === "snapshots") showSnapshots();
  if (change !== "cursor" || !chosen) return;
  const { layer, direction } = store.state.cursor ?? startingCursor;
  if (layer !== chosen.layer || direction !== chosen.direction) showState();
  else if (!controller.follow()) picture.redrawOverlay();
}

// ---------------------------------------------------------------- what is chosen

/** Takes the state in; what was chosen may no longer exist. */
function showState(): void {
  const { trace, cursor = startingCursor } = store.state;
  const found = trace && tensorChoice(trace, cursor, { part, parts: gatesThenStates });
  chosen = found && asCompared(found);
  showProgress();
  frame.empty(chosen ? undefined : nothingYet(store.state.busy));
  if (!chosen) {
    controller.show(undefined, { steps: 1, units: 1 });
    return;
  }
  const { units, computed } = chosen;
  const { id, steps } = chosen.trace;
  const isFirst = controller.subject === undefined;
  picture.show(chosen);
  controller.show(
    {
      trace: id,
      sequence: sequenceKey(chosen.trace),
      tensor: chosen.tensor,
      order: sensibleOrder(chosen),
      units,
      computed,
    },
    { steps, units },
    isFirst ? rememberedViewport(remembered, { steps, units }) : undefined,
  );
  showControls(chosen);
  showSnapshots();
  showWords();
}

function asCompared(found: TensorChoice): Chosen {
  const { trace, tensor } = found;
  // What was read is the same, whatever was edited.
  const isChange =
    trace.counterfactual !== undefined && compared === "change" && found.part !== inputTensor;
  if (isChange) return { ...found, isChange, tensor: changeOf(tensor), activation: "unbounded" };
  return { ...found, isChange, activation: activationOf(tensor, trace.model) };
}

/** What was chosen, unless it means nothing for this tensor. */
const sensibleOrder = ({ activation }: Chosen): UnitOrder =>
  activation === "unbounded" && order === "saturation" ? "index" : order;

function remember(): void {
  const { viewport, extent } = controller;
  rememberView({ part, order, viewport, extent } satisfies Remembered);
}

// ---------------------------------------------------------------- texts and controls

function showSnapshots(): void {
  frame.snapshots(sliderOf(store, run));
}

function showProgress(): void {
  const isAwaited = pending && !controller.related;
  frame.busy(store.state.busy || isAwaited);
  picture.stale(isAwaited);
}

const openInEditor = (): void => run("unroll.openGatesInEditor");

function showControls(of: Chosen): void {
  const { trace, tensor } = of;
  const actions = heatmapActions(controller.key);
  frame.header(tensorHeader({ trace, tensor, actions, openInEditor }));
  const comparison =
    trace.counterfactual &&
    comparisonControl(compared, (next) => {
      compared = next;
      showState();
    });
  frame.controls(
    html`${comparison ?? nothing}
    ${tensorControls({
      chosen: of,
      order: sensibleOrder(of),
      partLabel: "Tensor",
      withoutOrders: of.activation === "unbounded" ? ["saturation"] : [],
      moveCursor: store.moveCursor,
      choosePart(chosenPart) {
        part = chosenPart;
        showState();
      },
      chooseOrder(chosenOrder) {
        order = chosenOrder;
        showState();
      },
    })}`,
  );
}

/** The sentence about all values; that of the tensor before must not stand under the new name. */
function showWords(): void {
  const { data } = controller.heatmap;
  // Empty it keeps its line: nothing below may jump.
  words.textContent =
    chosen && data && controller.related ? summaryInWords(chosen.activation, data) : "\u00a0";
}
