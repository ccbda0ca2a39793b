/** Where the cells of a matrix lie in its picture, and which cell a point or a key means. Pure. */
import type { KeyAction } from "../lib/keyboard.ts";
import type { Point } from "../lib/pictureInput.ts";

export interface MatrixExtent {
  /** Rows and columns of the matrix itself. */
  readonly units: number;
  readonly reads: number;
}

export interface MatrixCell {
  readonly unit: number;
  readonly read: number;
}

export interface MatrixLayout extends MatrixExtent {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const gutter = 34;
const caption = 16;

/** Square cells where there is room for them; never larger than a fingertip. */
export function matrixLayout(
  { units, reads }: MatrixExtent,
  view: { readonly width: number; readonly height: number },
): MatrixLayout {
  const width = Math.max(10, view.width - gutter - 2);
  const height = Math.max(10, view.height - caption - 2);
  const cell = Math.min(width / reads, height / units, 18);
  // A long, thin matrix is stretched: a line one pixel wide shows nothing.
  return {
    units,
    reads,
    left: gutter,
    top: caption,
    width: Math.max(cell * reads, Math.min(width, 120)),
    height: Math.max(cell * units, Math.min(height, 120)),
  };
}

export function cellAt(layout: MatrixLayout, { x, y }: Point): MatrixCell | undefined {
  const read = Math.floor(((x - layout.left) / layout.width) * layout.reads);
  const unit = Math.floor(((y - layout.top) / layout.height) * layout.units);
  const isInside = read >= 0 && read < layout.reads && unit >= 0 && unit < layout.units;
  return isInside ? { unit, read } : undefined;
}

/** Arrows move one cell, with Shift ten; Home and End go to the ends of the row, with Ctrl of the column. */
export function moveCell(cell: MatrixCell, action: KeyAction, extent: MatrixExtent): MatrixCell {
  switch (action.kind) {
    case "move":
      return action.axis === "step"
        ? { ...cell, read: clamp(cell.read + action.by, extent.reads) }
        : { ...cell, unit: clamp(cell.unit + action.by, extent.units) };
    case "end": {
      const last = action.end === "last";
      return action.axis === "step"
        ? { ...cell, read: last ? extent.reads - 1 : 0 }
        : { ...cell, unit: last ? extent.units - 1 : 0 };
    }
    case "page":
      return { ...cell, unit: clamp(cell.unit + action.by * 10, extent.units) };
    case "zoom":
    case "reset":
      return cell;
  }
}

const clamp = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));
