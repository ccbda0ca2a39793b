/** The strokes of axes, and the frames that mark the cursor in a picture. */
import { numbersMiddle, stepWidth, xOfStep, type TimeAxis, type TimeScale } from "./axes.ts";
import { css } from "./color.ts";
import type { Rectangle } from "./heatmapGeometry.ts";
import type { Theme } from "./theme.ts";

export const axisFont = (theme: Theme): string =>
  `${Math.max(9, Math.round(theme.font.size * 0.85))}px ${theme.font.family}`;
export const tokenFont = (theme: Theme): string =>
  `${Math.max(9, Math.round(theme.font.size * 0.85))}px ${theme.font.monospace}`;

/**
 * Draws the axis below `top`. The current step is flagged, its token emphasised, and numbers that the
 * flag would cover are left out, so this belongs on the sheet that the cursor redraws.
 */
export function drawTimeAxis(
  context: CanvasRenderingContext2D,
  axis: TimeAxis,
  theme: Theme,
  at: { readonly top: number; readonly withTokens: boolean; readonly time: TimeScale },
  current?: number,
): void {
  const { top, withTokens, time } = at;
  const tokensHeight = withTokens ? 16 : 0;
  const isShown = current !== undefined && current >= time.span.from && current < time.span.to;
  const flag = isShown ? stepFlag(context, theme, time, current) : undefined;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = tokenFont(theme);
  for (const token of axis.tokens) {
    context.fillStyle = css(token.t === current ? theme.foreground : theme.muted);
    context.fillText(token.label, token.x, top + 9);
  }
  context.font = axisFont(theme);
  context.fillStyle = css(theme.muted);
  context.strokeStyle = css(theme.muted, 0.6);
  context.lineWidth = 1;
  for (const tick of axis.numbers) {
    const x = Math.round(tick.x) + 0.5;
    context.beginPath();
    context.moveTo(x, top + tokensHeight + 1);
    context.lineTo(x, top + tokensHeight + 4);
    context.stroke();
    const half = context.measureText(tick.label).width / 2 + 2;
    const isHidden = flag && tick.x + half > flag.left && tick.x - half < flag.left + flag.width;
    if (!isHidden) context.fillText(tick.label, tick.x, numbersMiddle(top, withTokens));
  }
  if (flag) drawFlag(context, theme, flag, numbersMiddle(top, withTokens));
}

/**
 * Frames a column of a picture as the current step, readable on any colour beneath. The frame lies
 * around the column, so that what it frames stays visible however narrow.
 */
export function drawColumnFrame(
  context: CanvasRenderingContext2D,
  theme: Theme,
  x: number,
  width: number,
  top: number,
  height: number,
): void {
  strokeTwice(context, theme, () => context.strokeRect(x - 1, top - 1, width + 2, height + 2));
}

/** Frames the cell under the pointer likewise. */
export function drawCellFrame(
  context: CanvasRenderingContext2D,
  theme: Theme,
  cell: Rectangle,
): void {
  const { left, top, width, height } = cell;
  strokeTwice(context, theme, () => context.strokeRect(left - 1, top - 1, width + 2, height + 2));
}

/** Frames a row likewise. */
export function drawRowFrame(
  context: CanvasRenderingContext2D,
  theme: Theme,
  left: number,
  width: number,
  y: number,
  height: number,
): void {
  strokeTwice(context, theme, () => context.strokeRect(left - 1, y - 1, width + 2, height + 2));
}

function strokeTwice(context: CanvasRenderingContext2D, theme: Theme, stroke: () => void): void {
  context.lineJoin = "miter";
  context.lineWidth = 3;
  context.strokeStyle = css(theme.background, 0.85);
  stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = css(theme.cursor);
  stroke();
}

interface Flag {
  readonly label: string;
  readonly left: number;
  readonly width: number;
}

/** The number of the current step on the time axis, kept within it. */
function stepFlag(
  context: CanvasRenderingContext2D,
  theme: Theme,
  scale: TimeScale,
  t: number,
): Flag {
  const label = String(t);
  context.font = `600 ${axisFont(theme)}`;
  const width = context.measureText(label).width + 8;
  const centre = xOfStep(scale, t) + stepWidth(scale) / 2;
  const right = scale.left + scale.width;
  const left = Math.max(scale.left - 4, Math.min(right + 4 - width, centre - width / 2));
  return { label, left, width };
}

function drawFlag(
  context: CanvasRenderingContext2D,
  theme: Theme,
  flag: Flag,
  middle: number,
): void {
  context.font = `600 ${axisFont(theme)}`;
  context.fillStyle = css(theme.cursor);
  context.beginPath();
  context.roundRect(flag.left, middle - 8, flag.width, 16, 3);
  context.fill();
  context.fillStyle = css(theme.onCursor);
  context.fillText(flag.label, flag.left + flag.width / 2, middle + 0.5);
}
