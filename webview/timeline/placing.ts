/**
 * Where the network stands in the view: its layout for the present size and zoom, which part of it is
 * in view, and what the pointer is on.
 */
import type { Cursor, TraceSummary } from "../../src/protocol/traceSummary.ts";
import { predictsClasses } from "../../src/trace/names.ts";
import { rememberedView, rememberView } from "../lib/host.ts";
import type { Point } from "../lib/pictureInput.ts";
import { startingCursor } from "../lib/state.ts";
import { columnLeft, layoutTimeline, type CellRow, type TimelineLayout } from "./layout.ts";
import type { NetworkView } from "./network.ts";
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
} from "./scrolling.ts";
import type { ShownTrace } from "./shownTrace.ts";

/** What the panel remembers between reloads. */
interface Remembered {
  readonly columnWidth: number;
}

/** Heights that the network should have, in pixels. */
export interface Room {
  /** To fill where rows can use it; 0 when the page scrolls. */
  readonly fill: number;
  /** Beyond which cells say less; absent when the network may be as tall as it likes. */
  readonly most: number | undefined;
}

export interface Placing {
  /** Undefined while nothing is shown. */
  readonly layout: TimelineLayout | undefined;
  /** Lays out anew; what stands `anchor` pixels from the view's left, else the cursor, stays there. */
  arrange(anchor?: number): void;
  /** Sideways with every step; up and down only when the layer changed, so that stepping leaves the height alone. */
  follow(cursor: Cursor): void;
  /** The next `follow` goes after the row again. */
  forgetRow(): void;
  zoom(by: 1 | -1, anchor?: number): void;
  /** As many steps as can be shown. */
  fit(): void;
  hitAt(point: Point): Hit | undefined;
}

/** What a decoder does makes sense beside what it reads: as much of both as fits. */
const firstZoom = ({ steps, sourceSteps }: TraceSummary, width: number): number =>
  sourceSteps === undefined ? initialZoom(steps, width) : Math.max(fitZoom(steps, width), 22);

export function createPlacing(
  view: NetworkView,
  of: {
    readonly shown: () => ShownTrace | undefined;
    readonly cursor: () => Cursor | undefined;
    readonly room: () => Room;
    readonly zoomed: () => void;
  },
): Placing {
  /** Chosen by the person; until then each sequence gets the width that suits it. */
  let columnWidth = rememberedView<Remembered>().columnWidth;
  let layout: TimelineLayout | undefined;
  /** The row that the view went after last. */
  let followed: CellRow | undefined;

  function arrange(anchor?: number): void {
    const shown = of.shown();
    if (!shown) layout = undefined;
    if (!shown || view.width === 0) return;
    const { trace, columns } = shown;
    const { t } = of.cursor() ?? startingCursor;
    const first = columns.get(t) ?? columns.get(0);
    const before = layout;
    const { fill, most } = of.room();
    layout = layoutTimeline({
      model: trace.model,
      steps: trace.steps,
      ...(trace.sourceSteps !== undefined && { sourceSteps: trace.sourceSteps }),
      columnWidth: columnWidth ?? firstZoom(trace, view.width),
      viewportWidth: view.width,
      output: predictsClasses(trace.model.loss) ? "predictions" : "forecast",
      hasLoss: trace.loss !== undefined,
      inputValues: Math.min(2, first?.inputValues?.length ?? 0),
      fillHeight: fill,
      ...(most !== undefined && { mostHeight: most }),
    });
    view.setExtent(layout.width, layout.height);
    if (before && before.columnWidth !== layout.columnWidth) {
      const current = columnLeft(before, t) + before.columnWidth / 2 - view.scrollLeft;
      const isVisible = current > before.gutterWidth && current < view.width;
      const about = anchor ?? (isVisible ? current : view.width / 2);
      view.scrollTo(scrollForZoom(before, view.scrollLeft, layout.columnWidth, about));
    }
    view.redraw();
  }

  function setColumnWidth(width: number, anchor?: number): void {
    columnWidth = width;
    rememberView({ columnWidth } satisfies Remembered);
    arrange(anchor);
    of.zoomed();
  }

  return {
    get layout() {
      return layout;
    },
    arrange,
    follow({ t, layer, direction }) {
      if (!layout) return;
      const row = layout.rows.find((it) => it.layer === layer && it.direction === direction);
      const isSameRow = row?.layer === followed?.layer && row?.direction === followed?.direction;
      followed = row;
      view.scrollTo(
        scrollToStep(layout, t, view.scrollLeft, view.width),
        row && !isSameRow ? scrollToRow(layout, row, view.scrollTop, view.height) : undefined,
      );
    },
    forgetRow() {
      followed = undefined;
    },
    zoom(by, anchor) {
      if (layout) setColumnWidth(nextZoom(layout.columnWidth, by), anchor);
    },
    fit() {
      const shown = of.shown();
      if (shown) setColumnWidth(fitZoom(shown.trace.steps, view.width));
    },
    hitAt(point) {
      if (!layout || point.x < layout.gutterWidth) return undefined;
      const y = point.y + view.scrollTop;
      const lift = footLift(layout, view.scrollTop, view.height);
      return hitTest(layout, point.x + view.scrollLeft, y < footTop(layout, lift) ? y : y + lift);
    },
  };
}
