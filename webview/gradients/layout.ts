/**
 * Where the gradients' three pictures lie. All share one time scale, so that a step is at the same
 * pixel in each: the heatmap and the curve on one sheet, the flow matrix on another below. Pure.
 */
import { stepWidth, timeAxisHeight, tokenWidth, type TimeScale } from "../lib/axes.ts";
import type { HeatmapGeometry, Rectangle } from "../lib/heatmapGeometry.ts";
import type { Span } from "../lib/span.ts";

/** Left of every picture: unit numbers, powers of ten, loss steps. */
const gutter = 40;
const rightMargin = 4;
const captionHeight = 18;
const gap = 8;

export function timeScale(width: number, span: Span): TimeScale {
  return { span, left: gutter, width: Math.max(20, width - gutter - rightMargin) };
}

export interface BackwardLayout {
  readonly heatmap: HeatmapGeometry;
  /** The norm at every step; absent in a low view, where units need the height. */
  readonly curve: Rectangle | undefined;
  readonly axisTop: number;
  readonly withTokens: boolean;
}

const curveHeight = 88;
/** Below this height there is no curve. */
const curveFrom = 240;

/** What stands above and below the picture of a compact view at first sight, in pixels. */
const compactSurroundings = 114;

/** The height that the heatmap and the curve want together; a compact view is filled. */
export function backwardHeight(units: number, viewHeight: number, isCompact = false): number {
  if (isCompact) return Math.max(160, Math.min(320, viewHeight - compactSurroundings));
  const rows = Math.max(96, Math.min(units * 12, Math.round(viewHeight * 0.28), 320));
  return captionHeight + rows + gap + captionHeight + curveHeight + timeAxisHeight(true);
}

export function backwardLayout(
  width: number,
  height: number,
  steps: Span,
  units: Span,
): BackwardLayout {
  const time = timeScale(width, steps);
  const withTokens = stepWidth(time) >= tokenWidth;
  const axisTop = height - timeAxisHeight(withTokens);
  const curve =
    height < curveFrom
      ? undefined
      : {
          left: time.left,
          top: axisTop - curveHeightIn(height),
          width: time.width,
          height: curveHeightIn(height),
        };
  const end = curve ? curve.top - captionHeight - gap : axisTop;
  return {
    heatmap: { time, units, top: captionHeight, height: Math.max(20, end - captionHeight) },
    curve,
    axisTop,
    withTokens,
  };
}

const curveHeightIn = (height: number): number =>
  Math.max(40, Math.min(curveHeight, Math.round(height * 0.25)));

export interface MatrixLayout {
  readonly time: TimeScale;
  readonly top: number;
  readonly height: number;
  /** Loss steps, one row each. */
  readonly rows: number;
  readonly axisTop: number;
  readonly withTokens: boolean;
}

/** Square where there is room, so that the diagonal is one; a single loss step is a strip. */
export function matrixHeight(width: number, rows: number): number {
  const square = Math.min(timeScale(width, { from: 0, to: 1 }).width, 360);
  const wanted = Math.max(28, Math.min(square, rows * 28));
  return captionHeight + wanted + timeAxisHeight(true);
}

export function matrixLayout(
  width: number,
  height: number,
  steps: Span,
  rows: number,
): MatrixLayout {
  const time = timeScale(width, steps);
  const withTokens = stepWidth(time) >= tokenWidth;
  const matrixRows = Math.max(20, height - captionHeight - timeAxisHeight(withTokens));
  return {
    time,
    top: captionHeight,
    height: matrixRows,
    rows: Math.max(1, rows),
    axisTop: captionHeight + matrixRows,
    withTokens,
  };
}

export const matrixRowHeight = ({ height, rows }: MatrixLayout): number => height / rows;

export const yOfRow = (layout: MatrixLayout, row: number): number =>
  layout.top + row * matrixRowHeight(layout);

/** The row under a pixel, or undefined above and below the matrix. */
export function rowAtY(layout: MatrixLayout, y: number): number | undefined {
  const row = Math.floor((y - layout.top) / matrixRowHeight(layout));
  return row >= 0 && row < layout.rows ? row : undefined;
}

/**
 * Where `sourceSteps`, evenly spread from the first to the last step, lie as columns of one width:
 * each is centred on its step.
 */
export function columnsPlace(
  time: TimeScale,
  sourceSteps: ArrayLike<number>,
): { readonly left: number; readonly width: number } {
  const count = sourceSteps.length;
  const centre = (t: number): number => time.left + (t + 0.5 - time.span.from) * stepWidth(time);
  const first = centre(sourceSteps[0] ?? 0);
  if (count < 2) return { left: first - stepWidth(time) / 2, width: stepWidth(time) };
  const column = (centre(sourceSteps[count - 1]) - first) / (count - 1);
  return { left: first - column / 2, width: column * count };
}

/** Row numbers that get a label, so that labels stay `spacing` pixels apart; the last one always does. */
export function labelledRows(layout: MatrixLayout, spacing: number): readonly number[] {
  const every = Math.max(1, Math.ceil(spacing / matrixRowHeight(layout)));
  const rows: number[] = [];
  for (let row = layout.rows - 1; row >= 0; row -= every) rows.unshift(row);
  return rows;
}
