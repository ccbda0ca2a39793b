import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanLength, type Span } from "../../../../webview/lib/span.ts";
import { keyAction, zoomIn, zoomOut } from "../../../../webview/lib/keyboard.ts";
import {
  applyKey,
  clampViewport,
  panViewport,
  rememberedViewport,
  wholeViewport,
  zoomViewport,
  type Viewport,
} from "../../../../webview/lib/viewport.ts";

const extent = { steps: 100, units: 64 };
const whole = wholeViewport(extent);
const press = (key: string, modifiers: object = {}) =>
  keyAction({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...modifiers });

const apply = (
  key: string,
  place: { t: number; position: number },
  viewport: Viewport = whole,
  modifiers = {},
) => {
  const action = press(key, modifiers);
  if (!action) throw new Error(`The key ${key} means nothing.`);
  return applyKey(action, viewport, place, extent);
};

describe("keys", () => {
  it.each([
    ["ArrowRight", { t: 6, position: 7 }],
    ["ArrowLeft", { t: 4, position: 7 }],
    ["ArrowUp", { t: 5, position: 6 }],
    ["ArrowDown", { t: 5, position: 8 }],
    ["Home", { t: 0, position: 7 }],
    ["End", { t: 99, position: 7 }],
  ])("%s moves the cursor", (key, place) => {
    expect(apply(key, { t: 5, position: 7 }).place).toEqual(place);
  });

  it("move ten at once with Shift, and stop at the ends", () => {
    expect(apply("ArrowRight", { t: 95, position: 0 }, whole, { shiftKey: true }).place.t).toBe(99);
    expect(apply("ArrowUp", { t: 0, position: 5 }, whole, { shiftKey: true }).place.position).toBe(
      0,
    );
  });

  it("turn pages by what is in view, and take the view along", () => {
    const viewport = { ...whole, steps: { from: 20, to: 40 } };
    const moved = apply("PageDown", { t: 30, position: 0 }, viewport);
    expect(moved.place.t).toBe(50);
    expect(moved.viewport.steps.from).toBeLessThanOrEqual(50);
    expect(moved.viewport.steps.to).toBeGreaterThan(50);
    expect(spanLength(moved.viewport.steps)).toBe(20);
  });

  it("zoom about the cursor, which stays where it is on the screen", () => {
    const { viewport } = apply("+", { t: 80, position: 3 });
    expect(spanLength(viewport.steps)).toBeLessThan(100);
    const share = (80.5 - viewport.steps.from) / spanLength(viewport.steps);
    expect(share).toBeCloseTo(0.805, 1);
    expect(viewport.units).toEqual(whole.units);
  });

  it("zoom in units with Alt, and show everything with 0", () => {
    const { viewport } = apply("+", { t: 0, position: 10 }, whole, { altKey: true });
    expect(spanLength(viewport.units)).toBeLessThan(64);
    expect(apply("0", { t: 0, position: 0 }, viewport).viewport).toEqual(whole);
  });

  it("leave the editor's own shortcuts alone", () => {
    expect(press("ArrowRight", { ctrlKey: true })).toBeUndefined();
    expect(press("ArrowRight", { altKey: true })).toBeUndefined();
    expect(press("+", { metaKey: true })).toBeUndefined();
    expect(press("a")).toBeUndefined();
  });
});

const isWithin = ({ from, to }: Span, count: number): boolean =>
  Number.isInteger(from) &&
  Number.isInteger(to) &&
  from >= 0 &&
  to <= Math.max(1, count) &&
  to > from;

describe("a viewport", () => {
  it("stays within the sequence whatever is done to it", () => {
    const act = fc.oneof(
      fc.record({
        zoom: fc.double({ min: 0.2, max: 5, noNaN: true }),
        at: fc.double({ min: -50, max: 150, noNaN: true }),
      }),
      fc.record({ pan: fc.integer({ min: -300, max: 300 }) }),
    );
    const size = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(size, size, fc.array(act, { maxLength: 12 }), (steps, units, acts) => {
        const limits = { steps, units };
        let viewport = wholeViewport(limits);
        for (const one of acts) {
          viewport =
            "pan" in one
              ? panViewport(viewport, one.pan, -one.pan, limits)
              : zoomViewport(viewport, "step", one.zoom, one.at, limits);
          expect(isWithin(viewport.steps, steps)).toBe(true);
          expect(isWithin(viewport.units, units)).toBe(true);
        }
      }),
    );
  });

  it("zooms in until four steps are left, and out until all are there again", () => {
    let viewport = whole;
    for (let press = 0; press < 30; press++) {
      viewport = zoomViewport(viewport, "step", zoomIn.factor, 50, extent);
    }
    expect(spanLength(viewport.steps)).toBe(4);
    for (let press = 0; press < 30; press++) {
      viewport = zoomViewport(viewport, "step", zoomOut.factor, 50, extent);
    }
    expect(viewport).toEqual(whole);
  });

  it("always zooms by at least a step, so that no press of a key is lost", () => {
    const viewport = { ...whole, steps: { from: 0, to: 5 } };
    expect(spanLength(zoomViewport(viewport, "step", 0.99, 2, extent).steps)).toBe(4);
    expect(spanLength(zoomViewport(viewport, "step", 1.01, 2, extent).steps)).toBe(6);
  });

  it("can be of a single step", () => {
    const one = { steps: 1, units: 1 };
    expect(zoomViewport(wholeViewport(one), "step", 0.5, 0, one)).toEqual(wholeViewport(one));
  });

  it("is remembered for sequences and layers of the same size only", () => {
    const viewport = { steps: { from: 10, to: 20 }, units: { from: 0, to: 64 } };
    expect(rememberedViewport({ viewport, extent }, extent)).toBe(viewport);
    expect(rememberedViewport({ viewport, extent }, { steps: 50, units: 64 })).toBeUndefined();
    expect(rememberedViewport({}, extent)).toBeUndefined();
  });

  it("recovers from a remembered view that makes no sense", () => {
    const broken = { steps: { from: -5, to: 1e9 }, units: { from: NaN, to: 3 } };
    expect(clampViewport(broken, extent)).toEqual(whole);
  });
});
