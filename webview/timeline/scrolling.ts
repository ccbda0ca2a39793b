/** Which columns are visible, how the view follows the cursor, and how wide zooming makes columns. Pure. */
import { gutterWidthOf, type Band, type TimelineLayout } from "./layout.ts";

/** Column widths that zooming steps through. */
export const zoomWidths: readonly number[] = [3, 4, 6, 8, 12, 18, 26, 38, 52, 72, 104, 136];

/** Half-open range of the steps of which a part is visible. */
export function visibleSteps(
  layout: TimelineLayout,
  scrollLeft: number,
  viewportWidth: number,
): readonly [from: number, to: number] {
  const room = Math.max(0, viewportWidth - layout.gutterWidth);
  const from = Math.floor(Math.max(0, scrollLeft) / layout.columnWidth);
  const to = Math.ceil((Math.max(0, scrollLeft) + room) / layout.columnWidth);
  return [Math.min(from, layout.steps), Math.min(to, layout.steps)];
}

/** The least scrolling that brings step `t` and, where there is room, a neighbour into view. */
export function scrollToStep(
  layout: TimelineLayout,
  t: number,
  scrollLeft: number,
  viewportWidth: number,
): number {
  const room = Math.max(layout.columnWidth, viewportWidth - layout.gutterWidth);
  const margin = Math.max(0, Math.min(layout.columnWidth * 1.25, (room - layout.columnWidth) / 2));
  const left = t * layout.columnWidth;
  const atMost = left - margin;
  const atLeast = left + layout.columnWidth + margin - room;
  const wanted = Math.min(Math.max(scrollLeft, atLeast), atMost);
  return clamp(wanted, 0, Math.max(0, layout.steps * layout.columnWidth - room));
}

/**
 * How far the input and the step numbers are lifted from their place, so that they stay at the bottom
 * of a view that is too low for all layers.
 */
export function footLift(
  layout: TimelineLayout,
  scrollTop: number,
  viewportHeight: number,
): number {
  return Math.max(0, layout.height - viewportHeight - scrollTop);
}

/** Top of what the foot covers, in the picture's coordinates: a little air above the input. */
export const footTop = (layout: TimelineLayout, lift: number): number => layout.input.y - 4 - lift;

/** The least scrolling that brings a row of cells into view, above the foot. */
export function scrollToRow(
  layout: TimelineLayout,
  row: Band,
  scrollTop: number,
  viewportHeight: number,
): number {
  const footHeight = layout.height - footTop(layout, 0);
  const atLeast = row.y + row.height + 4 - (viewportHeight - footHeight);
  // Into the top row belongs what stands above it.
  const atMost = row.y === layout.rows[0].y ? 0 : row.y - 4;
  return clamp(scrollTop, Math.min(atLeast, atMost), Math.max(0, atMost));
}

/** Where to scroll so that what stands at `anchor` (pixels from the view's left) stays there. */
export function scrollForZoom(
  layout: TimelineLayout,
  scrollLeft: number,
  columnWidth: number,
  anchor: number,
): number {
  const from = Math.max(0, anchor - layout.gutterWidth);
  return Math.max(0, ((scrollLeft + from) / layout.columnWidth) * columnWidth - from);
}

/** The next wider (+1) or narrower (−1) column, or the same at either end. */
export function nextZoom(columnWidth: number, by: 1 | -1): number {
  if (by > 0) return zoomWidths.find((width) => width > columnWidth) ?? columnWidth;
  return zoomWidths.findLast((width) => width < columnWidth) ?? columnWidth;
}

/** The widest column that shows a sequence whole, but never so narrow that cells say nothing. */
export function initialZoom(steps: number, viewportWidth: number): number {
  return Math.max(viewportWidth < 480 ? 72 : 104, fitZoom(steps, viewportWidth));
}

/** The widest column that shows the whole sequence, or the narrowest there is. */
export function fitZoom(steps: number, viewportWidth: number): number {
  const room = viewportWidth - gutterWidthOf(viewportWidth);
  return zoomWidths.findLast((width) => width * steps <= room) ?? zoomWidths[0];
}

/** Label every n-th step, so that labels of `labelWidth` never touch. */
export function labelStride(columnWidth: number, labelWidth: number): number {
  const least = labelWidth / columnWidth;
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) if (step * power >= least) return step * power;
  }
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
