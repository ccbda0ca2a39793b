/** The timeline panel: the network unrolled over a sequence, one column for each step. */
import "../lib/panel.css";
import "./timeline.css";
import { render } from "lit";
import type { Cursor, TraceSummary } from "../../src/protocol/contracts.ts";
import type { Frame } from "../lib/canvas.ts";
import { colorScale, createColorTables } from "../lib/colorMaps.ts";
import { runCommand } from "../lib/emptyState.ts";
import { connectToHost, rememberedView, rememberView } from "../lib/host.ts";
import type { KeyAction } from "../lib/keyboard.ts";
import { createPanelFrame, panelElement } from "../lib/panelFrame.ts";
import type { Point } from "../lib/pictureInput.ts";
import { createStore, startingCursor, type Change } from "../lib/state.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import { stepDetail } from "./detail.ts";
import { drawTimeline } from "./draw.ts";
import { createKey } from "./key.ts";
import { cursorAfter } from "./navigation.ts";
import { createNetworkView } from "./network.ts";
import { columnLeft, layoutTimeline, type CellRow, type TimelineLayout } from "./layout.ts";
import { hitTest, type Hit } from "./pointing.ts";
import {
  fitZoom,
  footLift,
  footTop,
  initialZoom,
  nextZoom,
  scrollForZoom,
  scrollToRow,
  scrollToStep,
  visibleSteps,
} from "./scrolling.ts";
import type { Scene } from "./scene.ts";
import { showTrace, type ShownTrace } from "./shownTrace.ts";
import { nothingYet, traceHeader } from "./texts.ts";
import { transportBar } from "./transport.ts";
import { columnInWords, timelineInWords, timelineKeyboardHelp } from "./words.ts";

/** What the panel remembers between reloads. */
interface Remembered {
  readonly columnWidth: number;
}

const host = connectToHost();
const frame = createPanelFrame(panelElement(), (command) => run(command));
const fail = (error: unknown): void => frame.error(error);
const run = runCommand(host, fail);
const store = createStore(host, fail);

let theme = readTheme();
let tables = createColorTables(theme);
const activityScale = colorScale("sequential", 0, 1);
/** Chosen by the person; until then each sequence gets the width that suits it. */
let columnWidth = rememberedView<Remembered>().columnWidth;
let shown: ShownTrace | undefined;
let layout: TimelineLayout | undefined;
let pointer: Point | undefined;
/** The row that the view went after last. */
let followed: CellRow | undefined;

/** As in timeline.css: the panel is filled rather than scrolled. */
const isWide = matchMedia("(min-width: 860px)");

const parts = frame.content.appendChild(document.createElement("div"));
parts.className = "unrolled";
const stage = parts.appendChild(document.createElement("div"));
stage.className = "stage";
const view = createNetworkView(stage, draw, {
  hover: (point) => {
    pointer = point;
    view.redraw();
  },
  click: moveToPoint,
  zoom,
  key: onKey,
  play: () => run("unroll.play"),
});
const key = createKey(stage);
const detail = parts.appendChild(document.createElement("section"));
detail.className = "detail";
detail.setAttribute("aria-label", "The current step in numbers");

const resized = new ResizeObserver(() => {
  arrange();
  followed = undefined;
  showCursor(true);
});
resized.observe(stage);
resized.observe(view.element);
store.subscribe(onChange);
onThemeChange(() => {
  theme = readTheme();
  tables = createColorTables(theme);
  showKey();
  view.redraw();
});

function onChange(change: Change): void {
  if (change === "state") showState();
  else if (change === "cursor") showCursor(true);
  else if (change === "playing") showControls();
}

// ---------------------------------------------------------------- what is shown

function showState(): void {
  const { trace, busy } = store.state;
  frame.busy(busy);
  if (trace?.id !== shown?.trace.id) {
    shown?.dispose();
    shown = trace && showTrace(host, trace, { changed: onArrived, failed: onFailed });
    frame.error(undefined);
  }
  frame.empty(shown ? undefined : nothingYet(busy));
  if (!shown) {
    layout = undefined;
    return;
  }
  frame.header(traceHeader(shown.trace, run));
  view.text.name(
    `${timelineInWords(shown.trace.model, shown.trace.steps)}. ${timelineKeyboardHelp}`,
  );
  arrange();
  showKey();
  showCursor(true);
}

/** Columns or extremes arrived: inputs may have more lines now, bars other scales. */
function onArrived(): void {
  frame.error(undefined);
  arrange();
  showKey();
  showCursor(false);
}

function onFailed(error: unknown): void {
  fail(error);
  showCursor(false);
}

function tryAgain(): void {
  frame.error(undefined);
  shown?.retry();
  showCursor(false);
}

/** Geometry for the present size, zoom and trace; keeps the step at the view's left where it was. */
function arrange(anchor?: number): void {
  if (!shown || view.width === 0) return;
  const { trace, columns } = shown;
  const first = columns.get(store.state.cursor?.t ?? 0) ?? columns.get(0);
  const before = layout;
  layout = layoutTimeline({
    model: trace.model,
    steps: trace.steps,
    columnWidth: widthOfColumns(trace),
    viewportWidth: view.width,
    output: trace.model.loss === "cross-entropy" ? "predictions" : "forecast",
    inputValues: Math.min(2, first?.inputValues?.length ?? 0),
    fillHeight: isWide.matches ? stage.clientHeight - key.element.offsetHeight - 24 : 0,
  });
  view.setExtent(layout.width, layout.height);
  if (before && before.columnWidth !== layout.columnWidth) {
    const { t } = store.state.cursor ?? startingCursor;
    const current = columnLeft(before, t) + before.columnWidth / 2 - view.scrollLeft;
    const isVisible = current > before.gutterWidth && current < view.width;
    const about = anchor ?? (isVisible ? current : view.width / 2);
    view.scrollTo(scrollForZoom(before, view.scrollLeft, layout.columnWidth, about));
  }
  view.redraw();
}

const widthOfColumns = (trace: TraceSummary): number =>
  columnWidth ?? initialZoom(trace.steps, view.width);

/** Sideways with every step; up and down only when the layer changed, so that stepping leaves the height alone. */
function followCursor(of: TimelineLayout, { t, layer, direction }: Cursor): void {
  const row = of.rows.find((it) => it.layer === layer && it.direction === direction);
  const isSameRow = row?.layer === followed?.layer && row?.direction === followed?.direction;
  followed = row;
  view.scrollTo(
    scrollToStep(of, t, view.scrollLeft, view.width),
    row && !isSameRow ? scrollToRow(of, row, view.scrollTop, view.height) : undefined,
  );
}

/** @param follow Whether the cursor moved, so that the view goes after it. */
function showCursor(follow: boolean): void {
  if (!shown || !layout) return;
  const { cursor = startingCursor } = store.state;
  if (follow) {
    followCursor(layout, cursor);
    showControls();
  }
  const { model } = shown.trace;
  const column = shown.columns.get(cursor.t);
  if (column) view.text.describe(columnInWords(column, cursor, model));
  render(
    stepDetail({ t: cursor.t, column, cursor, model, retry: shown.failed ? tryAgain : undefined }),
    detail,
  );
  view.redraw();
}

// ---------------------------------------------------------------- texts and controls

function showControls(): void {
  if (!shown) return;
  frame.controls(
    transportBar({
      t: (store.state.cursor ?? startingCursor).t,
      steps: shown.trace.steps,
      playing: store.state.playing,
      run,
      moveTo: (t) => store.moveCursor({ t }),
      zoom: (by) => zoom(by),
      fit,
    }),
  );
}

function showKey(): void {
  if (shown && layout) key.update(sceneOf(shown, layout));
}

// ---------------------------------------------------------------- moving and zooming

function zoom(by: 1 | -1, anchor?: number): void {
  if (!layout) return;
  setColumnWidth(nextZoom(layout.columnWidth, by), anchor);
}

function fit(): void {
  if (shown) setColumnWidth(fitZoom(shown.trace.steps, view.width));
}

function setColumnWidth(width: number, anchor?: number): void {
  columnWidth = width;
  rememberView({ columnWidth } satisfies Remembered);
  arrange(anchor);
  showKey();
}

function onKey(action: KeyAction): void {
  if (!layout) return;
  const to = cursorAfter(action, store.state.cursor ?? startingCursor, layout, view.width);
  if (to) store.moveCursor(to);
  else if (action.kind === "zoom") zoom(action.factor < 1 ? 1 : -1);
  else if (action.kind === "reset") fit();
}

function hitAt(point: Point): Hit | undefined {
  if (!layout || point.x < layout.gutterWidth) return undefined;
  const y = point.y + view.scrollTop;
  const lift = footLift(layout, view.scrollTop, view.height);
  return hitTest(layout, point.x + view.scrollLeft, y < footTop(layout, lift) ? y : y + lift);
}

function moveToPoint(point: Point): void {
  const hit = hitAt(point);
  const { cursor } = store.state;
  if (!hit) return;
  const isCell = hit.kind === "cell";
  const to = isCell
    ? { t: hit.t, layer: hit.row.layer, direction: hit.row.direction }
    : { t: hit.t };
  if (to.t !== cursor?.t || (isCell && to.layer !== cursor.layer)) store.moveCursor(to);
}

// ---------------------------------------------------------------- drawing

function draw({ context }: Frame): void {
  if (!shown || !layout) return;
  const { cursor = startingCursor } = store.state;
  const [from, to] = visibleSteps(layout, view.scrollLeft, view.width);
  const focus = cursor.t >= from && cursor.t < to ? cursor.t : (from + to) / 2;
  shown.columns.want(Math.max(0, from - 1), to + 1, focus);
  drawTimeline(context, sceneOf(shown, layout), pointer);
}

function sceneOf(
  { trace, columns, extremes, gradientScale }: ShownTrace,
  layout: TimelineLayout,
): Scene {
  return {
    layout,
    model: trace.model,
    theme,
    column: (t) => columns.get(t),
    cursor: store.state.cursor ?? startingCursor,
    hover: pointer && hitAt(pointer),
    scrollLeft: view.scrollLeft,
    scrollTop: view.scrollTop,
    width: view.width,
    height: view.height,
    extremes,
    gradient: gradientScale,
    activityScale,
    activityTable: tables("sequential"),
  };
}
