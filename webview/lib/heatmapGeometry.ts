/**
 * Where a cell of a unit × time heatmap lies on the canvas, and which cell lies under a pixel; the
 * same arithmetic in both directions. Pure.
 */
import { bucketOf, bucketStart } from "../../src/trace/buckets.ts";
import { stepAtX, xOfStep, type TimeScale } from "./axes.ts";
import { spanLength, type Span } from "./span.ts";

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What the canvas shows now: steps across, positions (in the chosen order of units) downwards. */
export interface HeatmapGeometry {
  readonly time: TimeScale;
  readonly units: Span;
  readonly top: number;
  readonly height: number;
}

export const rowHeight = (geometry: HeatmapGeometry): number =>
  geometry.height / spanLength(geometry.units);

export const yOfPosition = (geometry: HeatmapGeometry, position: number): number =>
  geometry.top + (position - geometry.units.from) * rowHeight(geometry);

export const positionAtY = (geometry: HeatmapGeometry, y: number): number =>
  Math.floor(geometry.units.from + (y - geometry.top) / rowHeight(geometry));

/** The step and position under a pixel of the heatmap itself; undefined beside it. */
export function cellAt(
  geometry: HeatmapGeometry,
  x: number,
  y: number,
): { readonly t: number; readonly position: number } | undefined {
  const { time, top, height } = geometry;
  if (x < time.left || x >= time.left + time.width || y < top || y >= top + height)
    return undefined;
  return { t: stepAtX(time, x), position: positionAtY(geometry, y) };
}

/** The part of a tensor that was fetched, and at which resolution. */
export interface Fetched {
  readonly steps: Span;
  readonly units: Span;
  readonly columns: number;
  readonly rows: number;
}

/** Where a fetched part lies in what the canvas shows now; it may reach beyond its edges. */
export const placeOf = (fetched: Fetched, geometry: HeatmapGeometry): Rectangle =>
  rectangleOf(fetched.steps, fetched.units, geometry);

/** A fetched cell, and the steps and positions that it stands for (half-open). */
export interface FetchedCell {
  readonly index: number;
  readonly steps: Span;
  readonly units: Span;
}

export function fetchedCell(
  fetched: Fetched,
  t: number,
  position: number,
): FetchedCell | undefined {
  const { steps, units, columns, rows } = fetched;
  if (t < steps.from || t >= steps.to || position < units.from || position >= units.to)
    return undefined;
  const column = bucketOf(t - steps.from, spanLength(steps), columns);
  const row = bucketOf(position - units.from, spanLength(units), rows);
  return {
    index: row * columns + column,
    steps: bucketSpan(steps, column, columns),
    units: bucketSpan(units, row, rows),
  };
}

/** Where a range of steps and positions lies on the canvas. */
export function rectangleOf(steps: Span, units: Span, geometry: HeatmapGeometry): Rectangle {
  const left = xOfStep(geometry.time, steps.from);
  const top = yOfPosition(geometry, units.from);
  const width = xOfStep(geometry.time, steps.to) - left;
  return { left, top, width, height: yOfPosition(geometry, units.to) - top };
}

function bucketSpan(span: Span, bucket: number, buckets: number): Span {
  const length = spanLength(span);
  return {
    from: span.from + bucketStart(bucket, length, buckets),
    to: span.from + bucketStart(bucket + 1, length, buckets),
  };
}
