/** In a counterfactual trace: how far each cell is from the original, and where its loss was. */
import type { TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import { css } from "../lib/color.ts";
import { boxLeft, columnLeft } from "./layout.ts";
import { fullLoss } from "./scales.ts";
import type { Pen, Scene } from "./scene.ts";

/** A bar under each cell: full where the change of h is as large as h. */
export function drawCellChanges(
  { context }: Pen,
  { layout, theme }: Scene,
  t: number,
  column: TimelineColumn,
): void {
  if (!column.original) return;
  context.fillStyle = css(theme.charts.orange);
  for (const row of layout.rows) {
    const index = column.cells.findIndex(
      ({ layer, direction }) => layer === row.layer && direction === row.direction,
    );
    const change = column.original.hChangeNorms[index] ?? 0;
    if (!(change > 0)) continue;
    const share = Math.min(1, change / (column.cells[index].hNorm || 1));
    const isDense = layout.tier === "dense";
    const left = isDense ? columnLeft(layout, t) : boxLeft(layout, t) + 3;
    const width = isDense ? layout.boxWidth : Math.max(2, share * (layout.boxWidth - 6));
    const height = isDense ? Math.max(1, share * 4) : 3;
    context.fillRect(left, row.y + row.height - height, width, height);
  }
}

/** A dashed line across the column where the original's loss ended. */
export function drawOriginalLoss(
  { context }: Pen,
  { layout, theme, model, extremes }: Scene,
  t: number,
  { loss, original }: TimelineColumn,
): void {
  if (original?.loss === undefined || original.loss === loss) return;
  const { y, height } = layout.loss;
  const labelled = layout.tier === "full" || layout.tier === "medium";
  const room = height - (labelled ? 15 : 2);
  const share = Math.min(1, Math.max(0, original.loss / fullLoss(model, extremes)));
  const top = Math.round(y + height - Math.max(1, share * room)) - 0.5;
  const middle = columnLeft(layout, t) + layout.columnWidth / 2;
  const reach = layout.tier === "dense" ? layout.boxWidth / 2 : Math.min(22, layout.boxWidth / 2);
  context.save();
  context.strokeStyle = css(theme.charts.orange);
  context.lineWidth = 1;
  context.setLineDash([3, 2]);
  context.beginPath();
  context.moveTo(middle - reach, top);
  context.lineTo(middle + reach, top);
  context.stroke();
  context.restore();
}
