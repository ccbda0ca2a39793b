import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LayerDescription, ModelDescription } from "../../../../src/trace/trace.ts";
import {
  boxLeft,
  columnLeft,
  layoutTimeline,
  tierOf,
  type LayoutRequest,
} from "../../../../webview/timeline/layout.ts";
import { hitTest } from "../../../../webview/timeline/pointing.ts";
import {
  fitZoom,
  footLift,
  footTop,
  initialZoom,
  labelStride,
  nextZoom,
  scrollForZoom,
  scrollToRow,
  scrollToStep,
  visibleSteps,
  zoomWidths,
} from "../../../../webview/timeline/scrolling.ts";

const layer = (cell: LayerDescription["cell"], hidden: number): LayerDescription => ({
  cell,
  hidden,
  inputSize: 8,
  directions: ["forward"],
});

const model = (...layers: LayerDescription[]): ModelDescription => ({
  input: { kind: "tokens", vocabulary: 30 },
  layers,
  output: { size: 30, at: "each-step" },
  loss: "cross-entropy",
  parameterCount: 1000,
});

const layout = (more: Partial<LayoutRequest> = {}) =>
  layoutTimeline({
    model: model(layer("lstm", 32)),
    steps: 50,
    columnWidth: 104,
    viewportWidth: 1000,
    output: "predictions",
    inputValues: 0,
    fillHeight: 0,
    ...more,
  });

const most = (mostHeight: number) => layout({ mostHeight });

const middle = (band: { y: number; height: number }) => band.y + band.height / 2;

describe("the layout of the timeline", () => {
  it("leaves no room for a loss where none is taken", () => {
    const without = layout({ hasLoss: false });
    expect(without.loss.height).toBe(0);
    expect(without.height).toBeLessThan(layout().height);
  });

  it("stacks loss, output, the last layer … the first, input and axis without overlap", () => {
    const bidirectional: LayerDescription = {
      ...layer("gru", 7),
      directions: ["forward", "reverse"],
    };
    const stack = model(layer("rnn", 3), layer("lstm", 200), bidirectional, layer("gru", 1));
    for (const columnWidth of zoomWidths) {
      const { loss, output, rows, input, axis, height } = layout({ model: stack, columnWidth });
      const bands = [loss, output, ...rows, input, axis];
      for (let index = 1; index < bands.length; index++) {
        const above = bands[index - 1];
        expect(bands[index].y, `band ${index} at ${columnWidth} px`).toBeGreaterThanOrEqual(
          above.y + above.height,
        );
      }
      expect(height).toBeGreaterThanOrEqual(axis.y + axis.height);
      expect(rows.map((row) => [row.layer, row.direction])).toEqual([
        [3, "forward"],
        [2, "reverse"],
        [2, "forward"],
        [1, "forward"],
        [0, "forward"],
      ]);
    }
  });

  it("keeps the gates' bars and the states' lines of a cell inside its row, c above h", () => {
    for (const columnWidth of zoomWidths) {
      for (const cell of ["rnn", "lstm", "gru"] as const) {
        const [row] = layout({ model: model(layer(cell, 16)), columnWidth }).rows;
        for (const state of row.states) {
          expect(state.y - state.height / 2).toBeGreaterThanOrEqual(row.y);
          expect(state.y + state.height / 2).toBeLessThanOrEqual(row.y + row.height);
          expect(state.height, "an arrow has room to differ in width").toBeGreaterThanOrEqual(10);
        }
        expect(row.gateBand.y).toBeGreaterThanOrEqual(row.y);
        expect(row.gateBand.y + row.gateBand.height).toBeLessThanOrEqual(row.y + row.height);
        expect(row.states.map((state) => state.part)).toEqual(cell === "lstm" ? ["c", "h"] : ["h"]);
      }
    }
  });

  it("says less as columns get narrower, and every zoom width keeps a visible box", () => {
    const tiers = zoomWidths.map(tierOf);
    expect([...new Set(tiers)]).toEqual(["dense", "compact", "medium", "full"]);
    expect(tiers.lastIndexOf("dense")).toBe(tiers.indexOf("compact") - 1);
    expect(tiers.lastIndexOf("compact")).toBe(tiers.indexOf("medium") - 1);
    for (const columnWidth of zoomWidths) {
      expect(layout({ columnWidth }).boxWidth).toBeGreaterThanOrEqual(3);
    }
  });

  it("fills a tall view with taller rows, within reason, and never shrinks below what they need", () => {
    const low = layout();
    const tall = layout({ fillHeight: low.height * 1.2 });
    expect(tall.height).toBeGreaterThan(low.height * 1.1);
    expect(tall.height).toBeLessThanOrEqual(low.height * 1.2);
    const tallest = layout({ fillHeight: 10_000 });
    expect(tallest.height).toBeGreaterThan(low.height * 1.8);
    expect(tallest.height).toBeLessThan(low.height * 2.2);
    expect(layout({ fillHeight: 100 })).toEqual(low);
  });

  it("says less where the view is too low, down to a token and a coloured cell", () => {
    const tiers = [600, 250, 170, 50].map((height) => most(height).tier);
    expect(tiers).toEqual(["full", "medium", "compact", "compact"]);
    for (const height of [600, 250, 170]) {
      expect(most(height).height).toBeLessThanOrEqual(height);
      expect(most(height).columnWidth).toBe(104);
    }
  });

  it("leaves a narrow panel most of its width", () => {
    expect(layout({ viewportWidth: 300 }).gutterWidth).toBeLessThanOrEqual(64);
  });

  it("is as wide as its columns and its gutter, also for one step", () => {
    const one = layout({ steps: 1 });
    expect(one.width).toBe(one.gutterWidth + one.columnWidth);
    expect(visibleSteps(one, 0, 1000)).toEqual([0, 1]);
  });
});

describe("scrolling the timeline", () => {
  it("brings any step into view, whole, whatever the scroll position", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(...zoomWidths),
        fc.integer({ min: 300, max: 1600 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, columnWidth, viewportWidth, where, place) => {
          const it = layout({ steps, columnWidth, viewportWidth });
          const t = Math.min(steps - 1, Math.floor(where * steps));
          const scrollLeft = scrollToStep(it, t, place * it.width, viewportWidth);
          const left = columnLeft(it, t) - scrollLeft;
          expect(left).toBeGreaterThanOrEqual(it.gutterWidth - 1e-6);
          expect(left + columnWidth).toBeLessThanOrEqual(viewportWidth + 1e-6);
          const [from, to] = visibleSteps(it, scrollLeft, viewportWidth);
          expect(from <= t && t < to).toBe(true);
        },
      ),
    );
  });

  it("does not move when the step and its neighbours are in view already", () => {
    expect(scrollToStep(layout(), 4, 104, 1000)).toBe(104);
  });

  it("asks only for steps that exist and are visible", () => {
    const it = layout({ steps: 5000, columnWidth: 8, viewportWidth: 884 });
    expect(visibleSteps(it, 8 * 1000 + 3, 884)).toEqual([1000, 1101]);
    expect(visibleSteps(it, 8 * 4990, 884)).toEqual([4990, 5000]);
  });

  it("zooms about the pointer", () => {
    const wide = layout({ columnWidth: 52 });
    const narrow = layout({ columnWidth: 26 });
    const anchor = 400;
    const before = (anchor - wide.gutterWidth + 520) / 52;
    const scrollLeft = scrollForZoom(wide, 520, 26, anchor);
    expect((anchor - narrow.gutterWidth + scrollLeft) / 26).toBeCloseTo(before, 9);
  });

  it("steps through the zoom widths and stops at either end", () => {
    expect(nextZoom(52, 1)).toBe(72);
    expect(nextZoom(52, -1)).toBe(38);
    expect(nextZoom(3, -1)).toBe(3);
    expect(nextZoom(136, 1)).toBe(136);
    expect(nextZoom(60, 1)).toBe(72);
  });

  it("starts readable: a short sequence whole, a long one wide enough to read", () => {
    expect(initialZoom(5, 1100)).toBe(136);
    expect(initialZoom(5000, 1100)).toBe(104);
    expect(tierOf(initialZoom(5000, 300))).toBe("medium");
  });

  it("fits a whole sequence where that is possible", () => {
    for (const steps of [1, 7, 50, 180]) {
      const it = layout({ steps, columnWidth: fitZoom(steps, 1100), viewportWidth: 1100 });
      expect(it.width, `${steps} steps`).toBeLessThanOrEqual(1100);
    }
    expect(fitZoom(10_000, 1100)).toBe(zoomWidths[0]);
  });

  it("labels every 1st, 2nd, 5th, 10th … step so that labels do not touch", () => {
    expect(labelStride(40, 30)).toBe(1);
    expect(labelStride(20, 30)).toBe(2);
    expect(labelStride(8, 30)).toBe(5);
    expect(labelStride(3, 30)).toBe(10);
    expect(labelStride(3, 31)).toBe(20);
  });
});

describe("a view that is too low for all layers", () => {
  const deep = layout({ model: model(...Array.from({ length: 6 }, () => layer("lstm", 32))) });
  const viewHeight = 300;

  it("keeps the input and the step numbers at its bottom", () => {
    for (const scrollTop of [0, 100, deep.height - viewHeight]) {
      const lift = footLift(deep, scrollTop, viewHeight);
      expect(deep.height - lift - scrollTop, `scrolled by ${scrollTop}`).toBe(viewHeight);
    }
    expect(footLift(deep, 0, deep.height + 50)).toBe(0);
  });

  it("brings the chosen layer into view, above the foot", () => {
    for (const start of [0, 200, deep.height]) {
      for (const row of deep.rows) {
        const scrollTop = scrollToRow(deep, row, start, viewHeight);
        expect(row.y - scrollTop).toBeGreaterThanOrEqual(0);
        const foot = footTop(deep, footLift(deep, scrollTop, viewHeight));
        expect(row.y + row.height, `layer ${row.layer} from ${start}`).toBeLessThanOrEqual(foot);
      }
    }
  });

  it("does not scroll for a layer that is in view", () => {
    const [, second] = deep.rows;
    expect(scrollToRow(deep, second, second.y - 20, viewHeight)).toBe(second.y - 20);
  });
});

describe("pointing at the timeline", () => {
  const two = layout({ model: model(layer("lstm", 32), layer("rnn", 8)) });
  const [top, bottom] = two.rows;

  it("tells cells, the arrows between them, and the rows above and below", () => {
    const x = boxLeft(two, 3) + two.boxWidth / 2;
    expect(hitTest(two, x, middle(bottom))).toMatchObject({
      kind: "cell",
      t: 3,
      row: { layer: 0 },
    });
    expect(hitTest(two, x, middle(top))).toMatchObject({ kind: "cell", t: 3, row: { layer: 1 } });
    expect(hitTest(two, x, middle(two.output))).toEqual({ kind: "output", t: 3 });
    expect(hitTest(two, x, middle(two.loss))).toEqual({ kind: "loss", t: 3 });
    expect(hitTest(two, x, middle(two.input))).toEqual({ kind: "input", t: 3 });
    expect(hitTest(two, x, top.y - 3)).toMatchObject({ kind: "vertical", t: 3, row: { layer: 1 } });
    expect(hitTest(two, x, bottom.y - 3)).toMatchObject({ kind: "vertical", row: { layer: 0 } });
    const fromInput = hitTest(two, x, two.input.y - 3);
    expect(fromInput).toEqual({ kind: "vertical", t: 3 });
  });

  it("gives an arrow to the step that it leaves, from either half of the gap", () => {
    const gap = columnLeft(two, 4);
    const [c, h] = bottom.states;
    for (const x of [gap - 3, gap + 3]) {
      expect(hitTest(two, x, h.y)).toMatchObject({ kind: "recurrent", t: 3, state: { part: "h" } });
      expect(hitTest(two, x, c.y)).toMatchObject({ kind: "recurrent", t: 3, state: { part: "c" } });
    }
  });

  it("finds nothing in the gutter or past the last step", () => {
    expect(hitTest(two, two.gutterWidth - 1, middle(top))).toBeUndefined();
    expect(hitTest(two, two.width + 1, middle(top))).toBeUndefined();
  });

  it("draws no arrow before the first step or after the last", () => {
    expect(hitTest(two, two.gutterWidth + 1, middle(top))).toMatchObject({ kind: "cell", t: 0 });
    expect(hitTest(two, two.width - 1, middle(top))).toMatchObject({ kind: "cell", t: 49 });
  });
});
