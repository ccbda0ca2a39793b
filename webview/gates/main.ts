/** The gates panel: what every gate and state of a layer does, unit by unit and step by step. */
import "../lib/panel.css";
import "../lib/compact.css";
import { html, nothing } from "lit";
import { activationOf, saturationLimits, type Activation } from "../../src/trace/activation.ts";
import { changeOf } from "../../src/trace/names.ts";
import { attentionWeights, inputTensor } from "../../src/trace/names.ts";
import type { UnitOrder } from "../../src/trace/order.ts";
import { visibleToken } from "../lib/numbers.ts";
import { drawCellFrame } from "../lib/drawAxes.ts";
import type { Frame } from "../lib/canvas.ts";
import { onCompactChange } from "../lib/compact.ts";
import { createColorTables, type ColorScale } from "../lib/colorMaps.ts";
import { runCommand } from "../lib/emptyState.ts";
import { createHeatmapController } from "../lib/heatmapController.ts";
import { rectangleOf } from "../lib/heatmapGeometry.ts";
import { connectToHost, rememberedView, rememberView } from "../lib/host.ts";
import { keyboardHelp } from "../lib/keyboard.ts";
import { createLegend } from "../lib/legend.ts";
import { createPanelFrame, panelElement, tensorHeader } from "../lib/panelFrame.ts";
import { createPicture } from "../lib/picture.ts";
import { sequenceKey } from "../lib/sequenceKey.ts";
import { sliderOf } from "../lib/snapshotSlider.ts";
import { createSteadyRange } from "../lib/steadyRange.ts";
import { contains } from "../lib/span.ts";
import { createStepTokens } from "../lib/stepTokens.ts";
import { createStore, startingCursor, type Change } from "../lib/state.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import {
  gatesThenStates,
  idleInWords,
  heatmapActions,
  tensorChoice,
  tensorControls,
  type TensorChoice,
} from "../lib/tensorChoice.ts";
import { drawTooltip } from "../lib/tooltip.ts";
import { rememberedViewport, type RememberedViewport } from "../lib/viewport.ts";
import { drawCursor, drawFrameAndAxes, drawSaturation, drawSteps, drawTrace } from "./draw.ts";
import {
  changeLegendTitle,
  changeScale,
  comparisonControl,
  type Comparison,
} from "./comparison.ts";
import { gatesLayout, preferredHeight, type GatesLayout } from "./layout.ts";
import {
  cellInWords,
  cellLines,
  legendTitle,
  nothingYet,
  pictureInWords,
  rowName,
  scaleOf,
  summaryInWords,
} from "./parts.ts";
import { createUnitTraces, valueAt } from "./unitTraces.ts";

/** What the panel remembers between reloads. */
interface Remembered extends RememberedViewport {
  readonly part: string;
  readonly order: UnitOrder;
}

/** What is looked at. */
interface Chosen extends TensorChoice {
  readonly activation: Activation;
  /** Of a counterfactual trace, what differs from the original. */
  readonly isChange: boolean;
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
const seen = createSteadyRange();
let theme = readTheme();
let tables = createColorTables(theme);

const controller = createHeatmapController({
  host,
  store,
  geometry: () => chosen && layout(chosen).heatmap,
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
const unitTraces = createUnitTraces(host, { changed: () => picture.redraw(), error: fail });
const tokens = createStepTokens(host, () => {
  // Names of rows are drawn with the picture, those of steps over it.
  if (chosen?.part === attentionWeights) picture.redraw();
  else picture.redrawOverlay();
});
const words = frame.content.appendChild(document.createElement("p"));
words.className = "note";
const picture = createPicture(frame.content, { draw, drawOverlay, input: controller.input });
picture.element.classList.add("grow");
const legend = createLegend(frame.content.appendChild(document.createElement("div")));

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
  tokens.follow(chosen.trace);
  picture.element.style.maxHeight = `${preferredHeight(units)}px`;
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
  picture.text.name(`${pictureInWords(chosen.tensor, chosen.part, units, steps)}. ${keyboardHelp}`);
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

// ---------------------------------------------------------------- drawing

function layout(of: Chosen): GatesLayout {
  const { steps, units } = controller.viewport;
  const saturates = of.activation !== "unbounded";
  const { width, height } = picture;
  const named = nameOf(of, 0) !== undefined;
  return gatesLayout({ width, height, steps, units, saturates, named });
}

function draw({ context, ratio }: Frame): void {
  if (!chosen) return;
  const { heatmap } = controller;
  const { trace, tensor, activation, part } = chosen;
  const place = layout(chosen);
  const { time } = place.heatmap;
  controller.fetch(place.heatmap, ratio);
  unitTraces.need(chosen, controller.unit, time, ratio);
  if (place.withTokens) tokens.need(time.span.from, time.span.to);

  const scale = currentScale(chosen);
  const table = tables(scale.kind);
  heatmap.draw(context, place.heatmap, scale, table);
  const { order: units } = controller;
  if (units) drawSaturation(context, theme, place, units);
  drawFrameAndAxes(context, theme, place, units, rowsOf(chosen));
  drawTrace(context, theme, place, {
    trace: unitTraces.of(trace, tensor, controller.unit),
    scale,
    caption: rowName({ unit: controller.unit, name: nameOf(chosen, controller.unit) }),
    limits: activation === "unbounded" ? [] : Object.values(saturationLimits[activation]),
  });
  legend.update({
    title: chosen.isChange ? changeLegendTitle(part) : legendTitle(part, activation),
    scale,
    table,
    theme,
    nonFinite: heatmap.data?.nonFiniteCount,
  });
}

/** What a row of the numbers that are read is called. */
const nameOf = ({ part, trace }: Chosen, unit: number): string | undefined =>
  part === inputTensor ? trace.inputNames?.[unit] : undefined;

/** Rows of attention are the steps of the source, and called by their tokens; those of the input have names of their own. */
function rowsOf(of: Chosen): Parameters<typeof drawFrameAndAxes>[4] {
  const { part, units } = of;
  if (nameOf(of, 0) !== undefined)
    return { title: "input", nameOf: (unit) => visibleToken(nameOf(of, unit) ?? "", 9) };
  if (part !== attentionWeights) return undefined;
  tokens.need(0, units);
  return {
    title: "from",
    nameOf: (unit) => `${visibleToken(tokens.at(unit) ?? "", 3)} ${unit}`,
  };
}

function drawOverlay({ context, width, height, ratio }: Frame): void {
  if (!chosen) return;
  const { tensor, activation, trace, isChange } = chosen;
  const part = isChange ? `Δ${chosen.part}` : chosen.part;
  const place = layout(chosen);
  const { unit, hover } = controller;
  const { t, position } = controller.place;
  unitTraces.need(chosen, unit, place.heatmap.time, ratio);
  tokens.need(t, t + 1);
  const row = unitTraces.of(trace, tensor, unit);
  const reading = row && valueAt(row, t);
  drawSteps(context, theme, place, (step) => tokens.at(step), t);
  drawCursor(context, theme, place, { t, position, value: reading?.value }, currentScale(chosen));
  picture.describe(
    idleInWords(chosen, t) ??
      cellInWords(
        {
          part,
          unit,
          name: nameOf(chosen, unit),
          value: reading?.value,
          steps: { from: t, to: t + 1 },
          unitCount: 1,
          token: tokens.at(t),
        },
        activation,
      ),
  );
  if (!hover || !contains(chosen.computed, hover.t)) return;
  const cell = controller.heatmap.cell(hover.t, hover.position);
  tokens.need(hover.t, hover.t + 1);
  if (cell) drawCellFrame(context, theme, rectangleOf(cell.steps, cell.units, place.heatmap));
  const hovered = controller.unitAt(cell?.units.from ?? hover.position) ?? hover.position;
  const facts = {
    part,
    unit: hovered,
    name: nameOf(chosen, hovered),
    value: controller.current ? cell?.value : undefined,
    steps: cell?.steps ?? { from: hover.t, to: hover.t + 1 },
    unitCount: cell ? cell.units.to - cell.units.from : 1,
    token: tokens.at(hover.t),
  };
  drawTooltip(context, theme, cellLines(facts), hover.point, { width, height });
}

/** Gates have scales that are fixed; the others are as wide as what was seen of the tensor, through whatever weights. */
function currentScale({ activation, isChange }: Chosen): ColorScale {
  const { data } = controller.heatmap;
  if (isChange) return changeScale(data ?? { minimum: -1, maximum: 1 });
  if (!data) return scaleOf(activation, { minimum: -1, maximum: 1 });
  const { sequence, tensor } = data.subject;
  return scaleOf(activation, seen.including(`${sequence} ${tensor}`, data));
}
