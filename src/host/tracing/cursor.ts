/** Arithmetic of the cursor over one trace, without an editor. */
import type { Cursor, TraceSummary } from "../../protocol/traceSummary.ts";

type Extent = Pick<TraceSummary, "steps" | "model">;

/**
 * The nearest cursor that exists in the trace. A panel's request is merged into the current cursor
 * first; a unit is dropped when the layer changes, since unit 7 of another layer is another unit.
 */
export function placeCursor(request: Partial<Cursor>, trace: Extent, current?: Cursor): Cursor {
  const layerCount = trace.model.layers.length;
  const layer = clamp(request.layer ?? current?.layer ?? layerCount - 1, layerCount);
  const { directions, hidden } = trace.model.layers[layer];
  const wanted = request.direction ?? current?.direction ?? "forward";
  const direction = directions.includes(wanted) ? wanted : (directions[0] ?? "forward");
  const t = clamp(request.t ?? current?.t ?? 0, trace.steps);
  const sameLayer = layer === current?.layer;
  const unit = "unit" in request ? request.unit : sameLayer ? current?.unit : undefined;
  return { layer, direction, t, ...(unit === undefined ? {} : { unit: clamp(unit, hidden) }) };
}

/** Anything that crossed a boundary may be NaN or absurd; the answer is always 0..count−1. */
function clamp(value: number, count: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(Math.trunc(value), 0), Math.max(count - 1, 0));
}

export const sameCursor = (a: Cursor | undefined, b: Cursor | undefined): boolean =>
  a?.layer === b?.layer && a?.direction === b?.direction && a?.t === b?.t && a?.unit === b?.unit;
