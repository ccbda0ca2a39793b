/**
 * Which steps and units a heatmap shows, where its cursor is, and what a key or the wheel makes of
 * both. Pure: a place in, a place out.
 */
import type { KeyAction } from "./keyboard.ts";
import {
  clampSpan,
  panSpan,
  revealInSpan,
  spanLength,
  wholeSpan,
  zoomSpan,
  type Span,
} from "./span.ts";

export interface Viewport {
  readonly steps: Span;
  readonly units: Span;
}

export interface Extent {
  /** T */
  readonly steps: number;
  /** H, or the number of rows. */
  readonly units: number;
}

/** A step and a position in the order of units. */
export interface CellPlace {
  readonly t: number;
  readonly position: number;
}

export interface Moved {
  readonly viewport: Viewport;
  readonly place: CellPlace;
}

export const wholeViewport = (extent: Extent): Viewport => ({
  steps: wholeSpan(extent.steps),
  units: wholeSpan(extent.units),
});

/** A remembered viewport, cut to what there is now. */
export function clampViewport(viewport: Partial<Viewport>, extent: Extent): Viewport {
  const whole = wholeViewport(extent);
  return {
    steps: clampSpan(isSpan(viewport.steps) ? viewport.steps : whole.steps, extent.steps),
    units: clampSpan(isSpan(viewport.units) ? viewport.units : whole.units, extent.units),
  };
}

/** A view as a panel remembers it: with what it was a view of. */
export interface RememberedViewport {
  readonly viewport: Viewport;
  readonly extent: Extent;
}

/** The remembered view, if it was one of a sequence and layer of this size. */
export const rememberedViewport = (
  { viewport, extent: of }: Partial<RememberedViewport>,
  extent: Extent,
): Viewport | undefined =>
  of?.steps === extent.steps && of.units === extent.units ? viewport : undefined;

const isSpan = (span: Span | undefined): span is Span =>
  Number.isFinite(span?.from) && Number.isFinite(span?.to);

export const isZoomed = (viewport: Viewport, extent: Extent): boolean =>
  spanLength(viewport.steps) < extent.steps || spanLength(viewport.units) < extent.units;

/** Fewest steps or units that zooming in leaves. */
const least = 4;

export function applyKey(
  action: KeyAction,
  viewport: Viewport,
  place: CellPlace,
  extent: Extent,
): Moved {
  const to = (t: number, position: number): Moved => {
    const next = clampPlace({ t, position }, extent);
    return { viewport: reveal(viewport, next, place, extent), place: next };
  };
  switch (action.kind) {
    case "move":
      return action.axis === "step"
        ? to(place.t + action.by, place.position)
        : to(place.t, place.position + action.by);
    case "page":
      return to(place.t + action.by * spanLength(viewport.steps), place.position);
    case "end": {
      const last = action.end === "last";
      return action.axis === "step"
        ? to(last ? extent.steps - 1 : 0, place.position)
        : to(place.t, last ? extent.units - 1 : 0);
    }
    case "zoom": {
      const anchor = (action.axis === "step" ? place.t : place.position) + 0.5;
      return {
        viewport: zoomViewport(viewport, action.axis, action.factor, anchor, extent),
        place,
      };
    }
    case "reset":
    default:
      return { viewport: wholeViewport(extent), place };
  }
}

/** Zooms about `anchor`, or about the middle when the anchor is out of view. */
export function zoomViewport(
  viewport: Viewport,
  axis: "step" | "unit",
  factor: number,
  anchor: number,
  extent: Extent,
): Viewport {
  const name = axis === "step" ? "steps" : "units";
  const span = viewport[name];
  const about = anchor >= span.from && anchor <= span.to ? anchor : (span.from + span.to) / 2;
  return { ...viewport, [name]: zoomSpan(span, factor, about, extent[name], least) };
}

export function panViewport(
  viewport: Viewport,
  steps: number,
  units: number,
  extent: Extent,
): Viewport {
  return {
    steps: panSpan(viewport.steps, steps, extent.steps),
    units: panSpan(viewport.units, units, extent.units),
  };
}

/** Moves the view after its cursor, along the axes on which the cursor moved. */
export function reveal(
  viewport: Viewport,
  place: CellPlace,
  before: CellPlace,
  extent: Extent,
): Viewport {
  const { steps, units } = viewport;
  return {
    steps: place.t === before.t ? steps : revealInSpan(steps, place.t, extent.steps),
    units:
      place.position === before.position
        ? units
        : revealInSpan(units, place.position, extent.units),
  };
}

const clampPlace = ({ t, position }: CellPlace, extent: Extent): CellPlace => ({
  t: Math.max(0, Math.min(extent.steps - 1, t)),
  position: Math.max(0, Math.min(extent.units - 1, position)),
});
