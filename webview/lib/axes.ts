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

/** Draws the axis below `top`; the token of `current` is emphasised. */
export function drawTimeAxis(
  context: CanvasRenderingContext2D,
  axis: TimeAxis,
  theme: Theme,
  top: number,
  current?: number,
): void {
  const tokensHeight = axis.tokens.length > 0 ? 16 : 0;
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
    context.fillText(tick.label, tick.x, top + tokensHeight + 12);
  }
}

/**
 * Frames a column of a picture as the current step, readable on any colour beneath: dark on bright
 * on dark. A column narrower than 3 px becomes a line.
 */
export function drawColumnFrame(
  context: CanvasRenderingContext2D,
  theme: Theme,
  x: number,
  width: number,
  top: number,
  height: number,
): void {
  const frameWidth = Math.max(3, width);
  const left = x + width / 2 - frameWidth / 2;
  strokeTwice(context, theme, () => context.strokeRect(left, top, frameWidth, height));
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
  const frameHeight = Math.max(3, height);
  const top = y + height / 2 - frameHeight / 2;
  strokeTwice(context, theme, () => context.strokeRect(left, top, width, frameHeight));
}

function strokeTwice(context: CanvasRenderingContext2D, theme: Theme, stroke: () => void): void {
  context.lineWidth = 3;
  context.strokeStyle = css(theme.background, 0.85);
  stroke();
  context.lineWidth = 1;
  context.strokeStyle = css(theme.cursor);
  stroke();
}

/** The number of the current step on the time axis, as a filled flag that hides the tick beneath. */
export function drawStepFlag(
  context: CanvasRenderingContext2D,
  theme: Theme,
  scale: TimeScale,
  t: number,
  middle: number,
): void {
  const label = String(t);
  context.font = `600 ${axisFont(theme)}`;
  const width = context.measureText(label).width + 8;
  const centre = xOfStep(scale, t) + stepWidth(scale) / 2;
  const right = scale.left + scale.width;
  const x = Math.max(scale.left - 4, Math.min(right + 4 - width, centre - width / 2));
  context.fillStyle = css(theme.cursor);
  context.beginPath();
  context.roundRect(x, middle - 8, width, 16, 3);
  context.fill();
  context.fillStyle = css(theme.onCursor);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(label, x + width / 2, middle + 0.5);
}
