/** The strokes of the gradients' pictures. What lies where is layout.ts's business. */
import { decadeTicks, stepWidth, timeAxis, xOfStep, type TimeScale } from "../lib/axes.ts";
import { drawCells } from "../lib/canvas.ts";
import { css } from "../lib/color.ts";
import type { ColorScale } from "../lib/colorMaps.ts";
import {
  axisFont,
  drawCellFrame,
  drawColumnFrame,
  drawRowFrame,
  drawTimeAxis,
  tokenFont,
} from "../lib/drawAxes.ts";
import {
  rowHeight,
  yOfPosition,
  type HeatmapGeometry,
  type Rectangle,
} from "../lib/heatmapGeometry.ts";
import type { Theme } from "../lib/theme.ts";
import type { OrderData } from "../lib/unitHeatmap.ts";
import { labelledPositions } from "../lib/unitAxis.ts";
import type { Flow } from "./flow.ts";
import {
  columnsPlace,
  labelledRows,
  matrixRowHeight,
  yOfRow,
  type BackwardLayout,
  type MatrixLayout,
} from "./layout.ts";
import type { NormCurve } from "./normCurves.ts";

export function drawBox(context: CanvasRenderingContext2D, theme: Theme, box: Rectangle): void {
  context.strokeStyle = css(theme.border);
  context.lineWidth = 1;
  context.strokeRect(box.left - 0.5, box.top - 0.5, box.width + 1, box.height + 1);
}

const boxOf = ({ time, top, height }: HeatmapGeometry | MatrixLayout): Rectangle => ({
  left: time.left,
  top,
  width: time.width,
  height,
});

/** Frame, caption and unit numbers of the heatmap. */
export function drawUnits(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { heatmap }: BackwardLayout,
  order: OrderData | undefined,
): void {
  drawBox(context, theme, boxOf(heatmap));
  context.font = axisFont(theme);
  context.fillStyle = css(theme.muted);
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillText("unit", heatmap.time.left - 5, heatmap.top - 8);
  if (!order) return;
  for (const { y, unit } of labelledPositions(heatmap, order.unitAt, theme.font.size * 1.3)) {
    context.fillText(String(unit), heatmap.time.left - 5, y);
  }
}

/** The norm at every step over decades, the same number of them as the colours have. */
export function drawCurve(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { curve: box, heatmap }: BackwardLayout,
  curve: NormCurve | undefined,
  scale: ColorScale,
  caption: string,
): void {
  if (!box) return;
  drawBox(context, theme, box);
  context.font = axisFont(theme);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = css(theme.foreground);
  context.fillText(caption, box.left, box.top - 9);
  context.textAlign = "right";
  for (const tick of decadeTicks(scale.minimum, scale.maximum, box.height / 18)) {
    const y = yOnCurve(box, scale, tick.value);
    context.fillStyle = css(theme.grid);
    context.fillRect(box.left, Math.round(y), box.width, 1);
    context.fillStyle = css(theme.muted);
    context.fillText(
      tick.label,
      box.left - 5,
      Math.max(box.top + 5, Math.min(box.top + box.height - 5, y)),
    );
  }
  if (curve) strokeCurve(context, theme, box, heatmap.time, curve, scale);
}

/** What is smaller than the scale runs along its bottom. */
function yOnCurve(box: Rectangle, scale: ColorScale, value: number): number {
  const position = Math.max(0, Math.min(1, scale.position(value)));
  return box.top + (1 - position) * (box.height - 4) + 2;
}

function strokeCurve(
  context: CanvasRenderingContext2D,
  theme: Theme,
  box: Rectangle,
  time: TimeScale,
  { values, stepNumbers }: NormCurve,
  scale: ColorScale,
): void {
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.strokeStyle = css(theme.charts.blue);
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  let drawing = false;
  values.forEach((value, index) => {
    const x = xOfStep(time, stepNumbers[index] + 0.5);
    if (!Number.isFinite(value)) {
      drawing = false;
      return;
    }
    const y = yOnCurve(box, scale, value);
    if (drawing) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      // A value alone still leaves a dot.
      context.lineTo(x + 0.01, y);
      drawing = true;
    }
  });
  context.stroke();
  context.restore();
}

/** The axis below a picture, with the cursor's step flagged. */
export function drawSteps(
  context: CanvasRenderingContext2D,
  theme: Theme,
  at: { readonly time: TimeScale; readonly axisTop: number; readonly withTokens: boolean },
  tokenOf: (t: number) => string | undefined,
  current: number,
): void {
  const { time, axisTop: top, withTokens } = at;
  context.font = tokenFont(theme);
  const axis = timeAxis(time, tokenOf, context.measureText("m").width, current);
  drawTimeAxis(context, axis, theme, { top, withTokens, time }, current);
}

const inView = ({ span }: TimeScale, t: number): boolean => t >= span.from && t < span.to;

export function drawBackwardCursor(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { heatmap, curve }: BackwardLayout,
  cursor: { readonly t: number; readonly position: number; readonly norm: number | undefined },
  scale: ColorScale,
): void {
  const { time, units } = heatmap;
  if (cursor.position >= units.from && cursor.position < units.to) {
    const y = yOfPosition(heatmap, cursor.position);
    drawRowFrame(context, theme, time.left, time.width, y, rowHeight(heatmap));
  }
  if (!inView(time, cursor.t)) return;
  const x = xOfStep(time, cursor.t);
  const width = stepWidth(time);
  drawColumnFrame(context, theme, x, width, heatmap.top, heatmap.height);
  if (!curve) return;
  context.fillStyle = css(theme.cursor);
  context.fillRect(Math.round(x + width / 2 - 0.5), curve.top, 1, curve.height);
  if (cursor.norm === undefined || !Number.isFinite(cursor.norm)) return;
  context.beginPath();
  context.arc(x + width / 2, yOnCurve(curve, scale, cursor.norm), 3.5, 0, 2 * Math.PI);
  context.fillStyle = css(theme.charts.blue);
  context.strokeStyle = css(theme.background);
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

/** The matrix with its rows' loss steps. What cannot be reached stays empty. */
export function drawMatrix(
  context: CanvasRenderingContext2D,
  layout: MatrixLayout,
  flow: Flow,
  image: CanvasImageSource,
): void {
  const { time, top, height } = layout;
  const { left, width } = columnsPlace(time, flow.sourceSteps);
  context.save();
  context.beginPath();
  context.rect(time.left, top, time.width, height);
  context.clip();
  drawCells(context, image, left, top, width, height);
  context.restore();
}

export function drawMatrixAxes(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: MatrixLayout,
  flow: Flow | undefined,
): void {
  drawBox(context, theme, boxOf(layout));
  context.font = axisFont(theme);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = css(theme.muted);
  context.fillText("loss at step ↓   reaches step →", layout.time.left, layout.top - 8);
  if (!flow) return;
  context.textAlign = "right";
  for (const row of labelledRows(layout, theme.font.size * 1.6)) {
    const y = yOfRow(layout, row) + matrixRowHeight(layout) / 2;
    context.fillText(String(flow.lossSteps[row]), layout.time.left - 5, y);
  }
}

export function drawMatrixCursor(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: MatrixLayout,
  cursor: { readonly t: number; readonly row: number },
): void {
  const { time, top, height } = layout;
  if (cursor.row >= 0 && layout.rows > 1) {
    drawRowFrame(
      context,
      theme,
      time.left,
      time.width,
      yOfRow(layout, cursor.row),
      matrixRowHeight(layout),
    );
  }
  if (inView(time, cursor.t)) {
    drawColumnFrame(context, theme, xOfStep(time, cursor.t), stepWidth(time), top, height);
  }
}

export function drawMatrixCell(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: MatrixLayout,
  t: number,
  row: number,
): void {
  drawCellFrame(context, theme, {
    left: xOfStep(layout.time, t),
    top: yOfRow(layout, row),
    width: stepWidth(layout.time),
    height: matrixRowHeight(layout),
  });
}
