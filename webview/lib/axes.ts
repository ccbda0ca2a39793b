/** Axes: where ticks go and what they say (pure), and the strokes that draw them. */
import { css } from "./color.ts";
import { formatPower, formatTick, visibleToken } from "./numbers.ts";
import { spanLength, type Span } from "./span.ts";
import type { Theme } from "./theme.ts";

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Round values (1, 2, 5 × 10ⁿ) from `minimum` to `maximum`, about `count` of them. */
export function niceTicks(minimum: number, maximum: number, count: number): readonly Tick[] {
  if (!(maximum > minimum) || count < 1)
    return [{ value: minimum, label: formatTick(minimum, 0.01) }];
  const step = niceStep((maximum - minimum) / count);
  const ticks: Tick[] = [];
  const last = Math.floor(maximum / step + 1e-9);
  for (let index = Math.ceil(minimum / step - 1e-9); index <= last; index++) {
    ticks.push({ value: index * step, label: formatTick(index * step, step) });
  }
  return ticks;
}

/** Powers of ten from `minimum` to `maximum` (both > 0), at most `count`, evenly spaced. */
export function decadeTicks(minimum: number, maximum: number, count: number): readonly Tick[] {
  const first = Math.ceil(Math.log10(minimum) - 1e-9);
  const last = Math.floor(Math.log10(maximum) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, count)));
  const ticks: Tick[] = [];
  // Counted from the top, since the largest value is what the others are compared with.
  for (let exponent = last; exponent >= first; exponent -= every) {
    ticks.unshift({ value: 10 ** exponent, label: formatPower(exponent) });
  }
  return ticks;
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const multiple = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9));
  return (multiple ?? 10) * power;
}

/** Whole numbers of a span, such that `spacing` pixels fit between two of them. */
export function wholeTicks(span: Span, width: number, spacing: number): readonly number[] {
  const length = spanLength(span);
  const step = Math.max(1, niceStep(length / Math.max(1, Math.floor(width / spacing))));
  const ticks: number[] = [];
  for (let value = Math.ceil(span.from / step) * step; value < span.to; value += step)
    ticks.push(value);
  return ticks;
}

/** Steps laid out from left to right: the one mapping that all pictures of a panel share. */
export interface TimeScale {
  readonly span: Span;
  readonly left: number;
  readonly width: number;
}

export const stepWidth = (scale: TimeScale): number => scale.width / spanLength(scale.span);

/** Left edge of a step, in CSS pixels. */
export const xOfStep = (scale: TimeScale, t: number): number =>
  scale.left + (t - scale.span.from) * stepWidth(scale);

/** The step under a pixel, whether or not it is in view. */
export const stepAtX = (scale: TimeScale, x: number): number =>
  Math.floor(scale.span.from + (x - scale.left) / stepWidth(scale));

export interface TimeAxisTick {
  readonly t: number;
  /** Centre of the step. */
  readonly x: number;
  readonly label: string;
}

export interface TimeAxis {
  readonly numbers: readonly TimeAxisTick[];
  /** A token under every step, when there is room to read them; otherwise empty. */
  readonly tokens: readonly TimeAxisTick[];
}

/** Least width of a step, in pixels, at which its token is shown. */
export const tokenWidth = 11;

/**
 * @param tokenOf The token or row name of a step, if it is known already.
 * @param characterWidth Width of one character of the tokens' font, in pixels.
 */
export function timeAxis(
  scale: TimeScale,
  tokenOf: (t: number) => string | undefined,
  characterWidth: number,
): TimeAxis {
  const width = stepWidth(scale);
  const centre = (t: number): number => xOfStep(scale, t) + width / 2;
  const digits = String(Math.max(0, scale.span.to - 1)).length;
  const numbers = wholeTicks(scale.span, scale.width, Math.max(32, digits * 7 + 14)).map((t) => ({
    t,
    x: centre(t),
    label: String(t),
  }));
  const tokens: TimeAxisTick[] = [];
  if (width >= tokenWidth) {
    const room = Math.max(1, Math.floor((width - 2) / characterWidth));
    for (let t = scale.span.from; t < scale.span.to; t++) {
      const token = tokenOf(t);
      if (token !== undefined) tokens.push({ t, x: centre(t), label: visibleToken(token, room) });
    }
  }
  return { numbers, tokens };
}

export const axisFont = (theme: Theme): string =>
  `${Math.max(9, Math.round(theme.font.size * 0.85))}px ${theme.font.family}`;
export const tokenFont = (theme: Theme): string =>
  `${Math.max(9, Math.round(theme.font.size * 0.85))}px ${theme.font.monospace}`;

/** Height of a drawn time axis: a row of numbers, and with tokens a second row. */
export const timeAxisHeight = (withTokens: boolean): number => (withTokens ? 36 : 20);

/** Height at which a flag lies on the numbers of an axis that begins at `top`. */
export const numbersMiddle = (top: number, withTokens: boolean): number =>
  top + (withTokens ? 28 : 12);

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
  cell: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  },
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
