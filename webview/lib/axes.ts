/** Axes: where ticks go and what they say. Pure; drawAxes.ts draws them. */
import { formatPower, formatTick, visibleToken } from "./numbers.ts";
import { spanLength, type Span } from "./span.ts";

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
  /** Tokens under their steps, as many as can be read side by side; none where steps are too narrow. */
  readonly tokens: readonly TimeAxisTick[];
}

/** Least width of a step, in pixels, at which its token is shown. */
export const tokenWidth = 11;

/**
 * @param tokenOf The token or row name of a step, if it is known already.
 * @param characterWidth Width of one character of the tokens' font, in pixels.
 * @param current Step whose token is shown in any case.
 */
export function timeAxis(
  scale: TimeScale,
  tokenOf: (t: number) => string | undefined,
  characterWidth: number,
  current?: number,
): TimeAxis {
  const width = stepWidth(scale);
  const centre = (t: number): number => xOfStep(scale, t) + width / 2;
  const digits = String(Math.max(0, scale.span.to - 1)).length;
  const numbers = wholeTicks(scale.span, scale.width, Math.max(32, digits * 7 + 14)).map((t) => ({
    t,
    x: centre(t),
    label: String(t),
  }));
  if (width < tokenWidth) return { numbers, tokens: [] };
  const tokens: PlacedToken[] = [];
  for (let t = scale.span.from; t < scale.span.to; t++) {
    const token = tokenOf(t);
    if (token === undefined || token === "") continue;
    const label = visibleToken(token, longestToken);
    const half = (Array.from(label).length * characterWidth) / 2;
    // A name at the end of the axis is moved inwards rather than cut.
    const x = Math.max(half, Math.min(scale.left + scale.width + 2 - half, centre(t)));
    tokens.push({ t, x, label, half });
  }
  return { numbers, tokens: legible(tokens, characterWidth, current) };
}

interface PlacedToken extends TimeAxisTick {
  readonly half: number;
}

/** Characters of a token on an axis at most. */
const longestToken = 16;

/** From the left, those that do not touch the one before; the current one pushes others aside. */
function legible(
  tokens: readonly PlacedToken[],
  characterWidth: number,
  current?: number,
): readonly PlacedToken[] {
  // Between names stands a space; single characters are told apart without one.
  const space = tokens.some(({ half }) => half > characterWidth) ? characterWidth : 1;
  const touch = (one: PlacedToken, other: PlacedToken): boolean =>
    Math.abs(one.x - other.x) < one.half + other.half + space;
  const shown: PlacedToken[] = [];
  for (const token of tokens) {
    const last = shown.at(-1);
    if (!last || !touch(last, token)) shown.push(token);
  }
  const emphasised = tokens.find(({ t }) => t === current);
  if (!emphasised || shown.includes(emphasised)) return shown;
  return [...shown.filter((token) => !touch(token, emphasised)), emphasised];
}

/** Height of a drawn time axis: a row of numbers, and with tokens a second row. */
export const timeAxisHeight = (withTokens: boolean): number => (withTokens ? 36 : 20);

/** Height at which a flag lies on the numbers of an axis that begins at `top`. */
export const numbersMiddle = (top: number, withTokens: boolean): number =>
  top + (withTokens ? 28 : 12);
