/** Values of curves at a place on the horizontal axis, for the mouse, the keyboard and the ear. Pure. */
import type { Point } from "./runSeries.ts";

/** The point nearest to `x`; undefined where the curve has none. Points are in order of x. */
export function nearestPoint(points: readonly Point[], x: number): Point | undefined {
  const index = firstFrom(points, x);
  const after = points[index];
  const before = points[index - 1];
  if (!after || !before) return after ?? before;
  return x - before.x <= after.x - x ? before : after;
}

/** The x that is `by` points further along the curve, kept within it. */
export function stepAlong(
  points: readonly Point[],
  x: number | undefined,
  by: number,
): number | undefined {
  if (points.length === 0) return undefined;
  const last = points.length - 1;
  if (x === undefined) return points[by > 0 ? 0 : last].x;
  const nearest = nearestPoint(points, x);
  const now = nearest ? firstFrom(points, nearest.x) : 0;
  return points[Math.min(last, Math.max(0, now + by))].x;
}

/** Index of the first point at or after `x`. */
function firstFrom(points: readonly Point[], x: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].x < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
