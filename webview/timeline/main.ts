/** The timeline panel: the network unrolled over a sequence, one column for each step. */
import "../lib/panel.css";
import "./timeline.css";
import { render } from "lit";
import type { Frame } from "../lib/canvas.ts";
import { colorScale, createColorTables } from "../lib/colorMaps.ts";
import { runCommand } from "../lib/emptyState.ts";
import { connectToHost } from "../lib/host.ts";
import type { KeyAction } from "../lib/keyboard.ts";
import { createPanelFrame, panelElement } from "../lib/panelFrame.ts";
import type { Point } from "../lib/pictureInput.ts";
import { sliderOf } from "../lib/snapshotSlider.ts";
import { createStore, startingCursor, type Change } from "../lib/state.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import { changeInWords } from "./changeDetail.ts";
import { stepDetail } from "./detail.ts";
import { drawTimeline } from "./draw.ts";
import { createKey } from "./key.ts";
import { cursorAfter } from "./navigation.ts";
import { createNetworkView } from "./network.ts";
import type { TimelineLayout } from "./layout.ts";
import { createPlacing, type Room } from "./placing.ts";
import { visibleSteps } from "./scrolling.ts";
import type { Scene } from "./scene.ts";
import { showTrace, type ShownTrace } from "./shownTrace.ts";
import { nothingYet, traceHeader } from "./texts.ts";
import { transportBar } from "./transport.ts";
import { columnInWords, timelineInWords, timelineKeyboardHelp } from "./words.ts";

const host = connectToHost();
const frame = createPanelFrame(panelElement(), (command) => run(command));
const fail = (error: unknown): void => frame.error(error);
const run = runCommand(host, fail);
const store = createStore(host, fail);

let theme = readTheme();
let tables = createColorTables(theme);
const activityScale = colorScale("sequential", 0, 1);
let shown: ShownTrace | undefined;
let pointer: Point | undefined;
/** As in timeline.css: the panel is filled rather than scrolled, and a low one says less. */
const isWide = matchMedia("(min-width: 860px)");
const isLow = matchMedia("(max-height: 480px)");

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
  zoom: (by, anchor) => placing.zoom(by, anchor),
  key: onKey,
  play: () => run("unroll.play"),
});
const key = createKey(stage);
const detail = parts.appendChild(document.createElement("section"));
detail.className = "detail";
detail.setAttribute("aria-label", "The current step in numbers");
const placing = createPlacing(view, {
  shown: () => shown,
  cursor: () => store.state.cursor,
  room,
  zoomed: showKey,
});

const resized = new ResizeObserver(() => {
  placing.arrange();
  placing.forgetRow();
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
  else if (change === "snapshots") showSnapshots();
}

// ---------------------------------------------------------------- what is shown

function showState(): void {
  const { trace, busy } = store.state;
  frame.busy(busy);
  if (trace?.id !== shown?.trace.id) {
    shown?.dispose();
    shown = trace && showTrace(host, trace, { changed: onArrived, failed: onFailed }, shown);
    frame.error(undefined);
  }
  frame.empty(shown ? undefined : nothingYet(busy));
  placing.arrange();
  if (!shown) return;
  frame.header(traceHeader(shown.trace, run));
  showSnapshots();
  view.text.name(
    `${timelineInWords(shown.trace.model, shown.trace.steps)}. ${timelineKeyboardHelp}`,
  );
  showKey();
  showCursor(true);
}

/** Columns or extremes arrived: inputs may have more lines now, bars other scales. */
function onArrived(): void {
  frame.error(undefined);
  placing.arrange();
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

/** The scroll bar's height, and air. */
const besideNetwork = 24;

function room(): Room {
  const below = isWide.matches
    ? stage.clientHeight - key.element.offsetHeight
    : window.innerHeight - stage.getBoundingClientRect().top - window.scrollY;
  const height = below - besideNetwork;
  return {
    fill: isWide.matches ? height : 0,
    most: isLow.matches ? height : undefined,
  };
}

/** @param follow Whether the cursor moved, so that the view goes after it. */
function showCursor(follow: boolean): void {
  if (!shown || !placing.layout) return;
  const { cursor = startingCursor } = store.state;
  if (follow) {
    placing.follow(cursor);
    showControls();
  }
  const { model } = shown.trace;
  const column = shown.columns.get(cursor.t);
  const { columns } = shown;
  const tokenOf = (t: number): string | undefined => columns.get(t)?.input;
  if (column) {
    const change = changeInWords(column);
    view.text.describe(
      `${columnInWords(column, cursor, model, tokenOf)}${change === "" ? "" : ` ${change}.`}`,
    );
  }
  render(
    stepDetail({ t: cursor.t, column, cursor, model, retry: shown.failed ? tryAgain : undefined }),
    detail,
  );
  view.redraw();
}

// ---------------------------------------------------------------- texts and controls

function showSnapshots(): void {
  frame.snapshots(sliderOf(store, run));
}

function showControls(): void {
  if (!shown) return;
  frame.controls(
    transportBar({
      t: (store.state.cursor ?? startingCursor).t,
      steps: shown.trace.steps,
      playing: store.state.playing,
      run,
      moveTo: (t) => store.moveCursor({ t }),
      zoom: (by) => placing.zoom(by),
      fit: () => placing.fit(),
    }),
  );
}

function showKey(): void {
  if (shown && placing.layout) key.update(sceneOf(shown, placing.layout));
}

// ---------------------------------------------------------------- moving

function onKey(action: KeyAction): void {
  const { layout } = placing;
  if (!layout) return;
  const to = cursorAfter(action, store.state.cursor ?? startingCursor, layout, view.width);
  if (to) store.moveCursor(to);
  else if (action.kind === "zoom") placing.zoom(action.factor < 1 ? 1 : -1);
  else if (action.kind === "reset") placing.fit();
}

function moveToPoint(point: Point): void {
  const hit = placing.hitAt(point);
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
  const { layout } = placing;
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
    hover: pointer && placing.hitAt(pointer),
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
