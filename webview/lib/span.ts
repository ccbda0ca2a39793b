/**
 * A half-open range of steps or units that is in view, and how zooming and panning change it. Pure.
 */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const spanLength = (span: Span): number => span.to - span.from;

export const wholeSpan = (count: number): Span => ({ from: 0, to: Math.max(1, count) });

export const contains = (span: Span, position: number): boolean =>
  position >= span.from && position < span.to;

/** What of a span lies in another one; the other's end that is nearest where nothing does. Never empty. */
export function partWithin(span: Span, other: Span): Span {
  const from = Math.min(Math.max(span.from, other.from), other.to - 1);
  return { from, to: Math.max(from + 1, Math.min(span.to, other.to)) };
}

/** The nearest span of whole steps that lies within 0..count and is not empty. */
export function clampSpan(span: Span, count: number): Span {
  const whole = wholeSpan(count);
  const length = Math.max(1, Math.min(whole.to, Math.round(spanLength(span))));
  const from = Math.max(0, Math.min(whole.to - length, Math.round(span.from)));
  return { from, to: from + length };
}

/**
 * Shows `factor` times as many, keeping `anchor` (a fractional position in the span's own units)
 * where it is. A factor other than 1 always changes the length, unless a limit is reached.
 */
export function zoomSpan(
  span: Span,
  factor: number,
  anchor: number,
  count: number,
  least = 1,
): Span {
  const length = spanLength(span);
  const rounded = Math.round(length * factor);
  const changed = rounded !== length || factor === 1 ? rounded : length + Math.sign(factor - 1);
  const next = Math.max(Math.min(least, count), changed);
  const share = (anchor - span.from) / length;
  const from = anchor - share * next;
  return clampSpan({ from, to: from + next }, count);
}

export const panSpan = (span: Span, by: number, count: number): Span =>
  clampSpan({ from: span.from + by, to: span.to + by }, count);

/** The same length, moved as little as possible so that `position` is inside with a margin. */
export function revealInSpan(span: Span, position: number, count: number): Span {
  const length = spanLength(span);
  const margin = Math.min(2, Math.floor((length - 1) / 2));
  if (position < span.from + margin) return panSpan(span, position - margin - span.from, count);
  if (position >= span.to - margin) return panSpan(span, position + margin + 1 - span.to, count);
  return span;
}

export const sameSpan = (one: Span, other: Span): boolean =>
  one.from === other.from && one.to === other.to;
