/** The labels of a heatmap's vertical axis: the numbers of the units, in whatever order they stand. Pure. */
import { rowHeight, yOfPosition, type HeatmapGeometry } from "./heatmapGeometry.ts";

export interface UnitLabel {
  readonly unit: number;
  /** Middle of the row, in CSS pixels. */
  readonly y: number;
}

/** Every row's unit if there is room, else every second, fourth, eighth …: layers have powers of two of units. */
export function labelledPositions(
  geometry: HeatmapGeometry,
  unitAt: ArrayLike<number>,
  lineHeight: number,
): readonly UnitLabel[] {
  const { units, top, height } = geometry;
  const rowsPerLine = (lineHeight * (units.to - units.from)) / height;
  const every = 2 ** Math.ceil(Math.log2(Math.max(1, rowsPerLine)));
  const labels: UnitLabel[] = [];
  for (
    let position = Math.ceil(units.from / every) * every;
    position < units.to;
    position += every
  ) {
    if (position >= unitAt.length) break;
    const middle = yOfPosition(geometry, position) + rowHeight(geometry) / 2;
    const y = Math.max(top + 5, Math.min(top + height - 5, middle));
    labels.push({ unit: unitAt[position], y });
  }
  return labels;
}
