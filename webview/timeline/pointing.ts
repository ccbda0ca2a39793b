/** What stands at a point of the picture. Pure. */
import {
  boxLeft,
  takesStep,
  type Band,
  type CellRow,
  type StateLine,
  type TimelineLayout,
} from "./layout.ts";

export type Hit =
  | { readonly kind: "cell"; readonly t: number; readonly row: CellRow }
  /** Between the boxes of `t` and `t + 1`. */
  | {
      readonly kind: "recurrent";
      readonly t: number;
      readonly row: CellRow;
      readonly state: StateLine;
    }
  /** Above a row, or above the input when `row` is absent. */
  | { readonly kind: "vertical"; readonly t: number; readonly row?: CellRow }
  | { readonly kind: "output" | "loss" | "input"; readonly t: number };

/** What stands at a point of the picture (scrolled coordinates, gutter included). */
export function hitTest(layout: TimelineLayout, x: number, y: number): Hit | undefined {
  const t = Math.floor((x - layout.gutterWidth) / layout.columnWidth);
  if (x < layout.gutterWidth || t < 0 || t >= layout.steps) return undefined;
  if (within(layout.loss, y)) return { kind: "loss", t };
  if (within(layout.output, y)) return { kind: "output", t };
  if (within(layout.input, y) || within(layout.axis, y)) return { kind: "input", t };
  for (const [index, row] of layout.rows.entries()) {
    const above = index === 0 ? layout.output : layout.rows[index - 1];
    if (y >= above.y + above.height && y < row.y)
      return takesStep(row, t) ? { kind: "vertical", t, row } : undefined;
    if (!within(row, y)) continue;
    if (!takesStep(row, t)) return undefined;
    const state = nearestState(row, y);
    const left = boxLeft(layout, t);
    if (x < left)
      return t > 0 ? { kind: "recurrent", t: t - 1, row, state } : { kind: "cell", t, row };
    if (x >= left + layout.boxWidth && t + 1 < layout.steps)
      return { kind: "recurrent", t, row, state };
    return { kind: "cell", t, row };
  }
  return y < layout.input.y && y > layout.loss.y ? { kind: "vertical", t } : undefined;
}

const nearestState = (row: CellRow, y: number): StateLine =>
  row.states.reduce((best, state) => (Math.abs(state.y - y) < Math.abs(best.y - y) ? state : best));

const within = (band: Band, y: number): boolean => y >= band.y && y < band.y + band.height;

/** The step whose column holds the numbers of what was hit: an arrow belongs to the step that it leaves. */
export const sourceStep = (hit: Hit): number =>
  hit.kind === "recurrent" && hit.row.direction === "reverse" ? hit.t + 1 : hit.t;
