import { describe, expect, it } from "vitest";
import {
  cellAt,
  fetchedCell,
  placeOf,
  rectangleOf,
  rowHeight,
  type HeatmapGeometry,
} from "../../../../webview/lib/heatmapGeometry.ts";
import { labelledPositions } from "../../../../webview/lib/unitAxis.ts";

const geometry: HeatmapGeometry = {
  time: { span: { from: 100, to: 150 }, left: 40, width: 200 },
  units: { from: 8, to: 24 },
  top: 20,
  height: 160,
};

describe("a heatmap on the canvas", () => {
  it("finds under the middle of every cell that cell", () => {
    for (let t = 100; t < 150; t++) {
      for (let position = 8; position < 24; position++) {
        const { left, top, width, height } = rectangleOf(
          { from: t, to: t + 1 },
          { from: position, to: position + 1 },
          geometry,
        );
        expect(cellAt(geometry, left + width / 2, top + height / 2)).toEqual({ t, position });
      }
    }
  });

  it.each([
    [39, 50],
    [240, 50],
    [100, 19],
    [100, 180],
  ])("finds no cell at (%i, %i), beside it", (x, y) => {
    expect(cellAt(geometry, x, y)).toBeUndefined();
  });

  it("keeps a part that was fetched for another view at its own steps and units", () => {
    const fetched = {
      steps: { from: 90, to: 130 },
      units: { from: 0, to: 16 },
      columns: 40,
      rows: 16,
    };
    expect(placeOf(fetched, geometry)).toEqual({ left: 0, top: -60, width: 160, height: 160 });
  });
});

describe("a fetched cell", () => {
  const fetched = { steps: { from: 10, to: 20 }, units: { from: 0, to: 4 }, columns: 4, rows: 2 };

  it("says which steps and units share it", () => {
    expect(fetchedCell(fetched, 12, 3)).toEqual({
      index: 1 * 4 + 1,
      steps: { from: 12, to: 15 },
      units: { from: 2, to: 4 },
    });
  });

  it("covers every step once", () => {
    const covered = [];
    for (let t = 10; t < 20; t++) {
      const cell = fetchedCell(fetched, t, 0);
      expect(cell && t >= cell.steps.from && t < cell.steps.to).toBe(true);
      covered.push(cell?.index);
    }
    expect(new Set(covered)).toEqual(new Set([0, 1, 2, 3]));
  });

  it("is not there outside of what was fetched", () => {
    expect(fetchedCell(fetched, 9, 0)).toBeUndefined();
    expect(fetchedCell(fetched, 20, 0)).toBeUndefined();
    expect(fetchedCell(fetched, 10, 4)).toBeUndefined();
  });
});

describe("unit numbers beside a heatmap", () => {
  const unitAt = Uint32Array.from({ length: 64 }, (_, position) => 63 - position);

  it("name every row that is high enough for a line of text", () => {
    const labels = labelledPositions(geometry, unitAt, 10);
    expect(labels.map(({ unit }) => unit)).toEqual(
      Array.from({ length: 16 }, (_, row) => 55 - row),
    );
    expect(labels[0].y).toBe(20 + rowHeight(geometry) / 2);
  });

  it("skip rows by powers of two when there is less room, and never overlap", () => {
    const labels = labelledPositions({ ...geometry, units: { from: 0, to: 64 } }, unitAt, 12);
    expect(labels.length).toBe(8);
    for (let index = 1; index < labels.length; index++) {
      expect(labels[index].y - labels[index - 1].y).toBeGreaterThanOrEqual(12);
    }
  });
});
