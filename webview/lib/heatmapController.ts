/**
 * A heatmap with the shared cursor in it: which part is in view, where the cursor and the pointer
 * are, and what the mouse and the keyboard make of them. It draws nothing; the panel does.
 */
import type { Cursor } from "../../src/protocol/traceSummary.ts";
import { startingCursor, type Store } from "./state.ts";
import { stepWidth } from "./axes.ts";
import { cellAt, rowHeight, type HeatmapGeometry } from "./heatmapGeometry.ts";
import type { Host } from "./host.ts";
import type { KeyAction } from "./keyboard.ts";
import type { PictureInput, Point } from "./pictureInput.ts";
import { sameSpan } from "./span.ts";
import {
  createUnitHeatmap,
  isAbout,
  isLike,
  type HeatmapSubject,
  type OrderData,
  type UnitHeatmap,
} from "./unitHeatmap.ts";
import {
  applyKey,
  clampViewport,
  isZoomed,
  panViewport,
  reveal,
  zoomViewport,
  type CellPlace,
  type Extent,
  type Viewport,
} from "./viewport.ts";

export interface Hover extends CellPlace {
  readonly point: Point;
}

export interface HeatmapController {
  readonly heatmap: UnitHeatmap;
  readonly viewport: Viewport;
  readonly extent: Extent;
  readonly subject: HeatmapSubject | undefined;
  /** Where the cursor is. Without a chosen unit, the first of the order. */
  readonly place: CellPlace;
  readonly unit: number;
  readonly hover: Hover | undefined;
  /** The units in the chosen order, once it is known. */
  readonly order: OrderData | undefined;
  /** Whether what is drawn belongs to what is chosen. */
  readonly current: boolean;
  /** Whether it is at least the same of the same sequence, if through other weights: then nobody has to be told to wait. */
  readonly related: boolean;
  readonly input: PictureInput;
  /**
   * Shows another tensor, or none; the view is kept where it still fits. The picture of the tensor before is kept until
   * the new one is there, but not under the name of another sequence.
   */
  show(subject: HeatmapSubject | undefined, extent: Extent, remembered?: Partial<Viewport>): void;
  /** Asks for what `geometry` shows, if it is not there yet. Cheap: called at every drawing. */
  fetch(geometry: HeatmapGeometry, ratio: number): void;
  /** The store's cursor moved. Answers whether the view moved with it. */
  follow(): boolean;
  readonly key: (action: KeyAction) => void;
  unitAt(position: number): number | undefined;
}

export function createHeatmapController(options: {
  readonly host: Host;
  readonly store: Store;
  /** Where the heatmap is drawn now; undefined while there is none. */
  readonly geometry: () => HeatmapGeometry | undefined;
  /** The view changed: everything is to be drawn again. */
  readonly changed: () => void;
  /** The pointer moved: the overlay is. */
  readonly hovered: () => void;
  /** An answer came. */
  readonly received: () => void;
  readonly error: (error: unknown) => void;
  readonly pending: (pending: boolean) => void;
}): HeatmapController {
  const { store, geometry, changed } = options;
  const heatmap = createUnitHeatmap(options.host, {
    changed: options.received,
    error: options.error,
    pending: options.pending,
  });
  let extent: Extent = { steps: 1, units: 1 };
  let viewport: Viewport = { steps: { from: 0, to: 1 }, units: { from: 0, to: 1 } };
  let subject: HeatmapSubject | undefined;
  let hover: Hover | undefined;
  let before: CellPlace = { t: 0, position: 0 };

  const order = (): OrderData | undefined =>
    subject && isAbout(heatmap.order, subject) ? heatmap.order : undefined;
  const unitAt = (position: number): number | undefined =>
    order()?.unitAt[position] ?? (subject?.order === "index" ? position : undefined);
  const cursor = (): Cursor => store.state.cursor ?? startingCursor;
  const unit = (): number => {
    const chosen = cursor().unit;
    return chosen !== undefined && chosen < extent.units ? chosen : (unitAt(0) ?? 0);
  };
  const place = (): CellPlace => ({
    t: Math.min(cursor().t, extent.steps - 1),
    position: order()?.positionOf[unit()] ?? (subject?.order === "index" ? unit() : 0),
  });
  const see = (next: Viewport): boolean => {
    if (sameSpan(next.steps, viewport.steps) && sameSpan(next.units, viewport.units)) return false;
    viewport = next;
    changed();
    return true;
  };
  const moveTo = (next: CellPlace): void => {
    const now = place();
    const nextUnit = unitAt(next.position);
    const unitMoves = next.position !== now.position && nextUnit !== undefined;
    if (next.t === now.t && !unitMoves) return;
    store.moveCursor({ t: next.t, ...(unitMoves && { unit: nextUnit }) });
  };
  const key = (action: KeyAction): void => {
    const moved = applyKey(action, viewport, place(), extent);
    see(moved.viewport);
    moveTo(moved.place);
  };

  // Fractions of a step that a slow drag has moved but that are not yet worth a whole one.
  let leftOver = { steps: 0, units: 0 };
  const input: PictureInput = {
    hover(point) {
      const shown = geometry();
      const cell = point && shown && cellAt(shown, point.x, point.y);
      if (!cell && !hover) return;
      hover = cell && { ...cell, point };
      options.hovered();
    },
    click(point) {
      const shown = geometry();
      if (!shown) return;
      const { time } = shown;
      // Below and beside the heatmap the pointer still chooses a step.
      const x = Math.max(time.left, Math.min(time.left + time.width - 1e-6, point.x));
      const cell = cellAt(shown, x, point.y) ?? cellAt(shown, x, shown.top);
      if (!cell) return;
      const inside = cellAt(shown, x, point.y) !== undefined;
      const now = place();
      moveTo({ t: cell.t, position: inside ? cell.position : now.position });
    },
    pan(dx, dy) {
      const shown = geometry();
      if (!shown || !isZoomed(viewport, extent)) return false;
      leftOver = {
        steps: leftOver.steps - dx / stepWidth(shown.time),
        units: leftOver.units - dy / rowHeight(shown),
      };
      const [steps, units] = [Math.trunc(leftOver.steps), Math.trunc(leftOver.units)];
      leftOver = { steps: leftOver.steps - steps, units: leftOver.units - units };
      see(panViewport(viewport, steps, units, extent));
      return true;
    },
    zoom(axis, factor, point) {
      const shown = geometry();
      if (!shown) return;
      const { time } = shown;
      const anchor =
        axis === "step"
          ? time.span.from + (point.x - time.left) / stepWidth(time)
          : shown.units.from + (point.y - shown.top) / rowHeight(shown);
      see(zoomViewport(viewport, axis, factor, anchor, extent));
    },
    key,
  };

  return {
    heatmap,
    input,
    key,
    unitAt,
    get viewport() {
      return viewport;
    },
    get extent() {
      return extent;
    },
    get subject() {
      return subject;
    },
    get place() {
      return place();
    },
    get unit() {
      return unit();
    },
    get hover() {
      return hover;
    },
    get order() {
      return order();
    },
    get current() {
      return subject !== undefined && isAbout(heatmap.data, subject);
    },
    get related() {
      return subject !== undefined && heatmap.data !== undefined && isLike(heatmap.data, subject);
    },
    show(next, nextExtent, remembered) {
      const sameExtent = nextExtent.steps === extent.steps && nextExtent.units === extent.units;
      if (!next || next.sequence !== subject?.sequence) heatmap.clear();
      subject = next;
      extent = nextExtent;
      viewport = clampViewport(remembered ?? (sameExtent ? viewport : {}), extent);
      hover = undefined;
      before = place();
      changed();
    },
    fetch(shown, ratio) {
      if (subject) heatmap.show(subject, shown, ratio);
    },
    follow() {
      const now = place();
      const moved = see(reveal(viewport, now, before, extent));
      before = now;
      return moved;
    },
  };
}
