/** The strokes of the gates picture. What lies where is layout.ts's business. */
import { niceTicks, stepWidth, timeAxis, xOfStep } from "../lib/axes.ts";
import {
  axisFont,
  drawColumnFrame,
  drawRowFrame,
  drawTimeAxis,
  tokenFont,
} from "../lib/drawAxes.ts";
import { css } from "../lib/color.ts";
import type { ColorScale } from "../lib/colorMaps.ts";
import { rowHeight, yOfPosition } from "../lib/heatmapGeometry.ts";
import { spanLength } from "../lib/span.ts";
import type { Theme } from "../lib/theme.ts";
import { labelledPositions } from "../lib/unitAxis.ts";
import type { OrderData } from "../lib/unitHeatmap.ts";
import type { GatesLayout } from "./layout.ts";
import type { UnitTrace } from "./unitTraces.ts";

/** Rows of most tensors are units, which have numbers. */
const numbered = { title: "unit", nameOf: String };

export function drawFrameAndAxes(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: GatesLayout,
  order: OrderData | undefined,
  rows: { readonly title: string; readonly nameOf: (unit: number) => string } = numbered,
): void {
  const { heatmap, trace } = layout;
  const { left, width } = heatmap.time;
  context.strokeStyle = css(theme.border);
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, heatmap.top - 0.5, width + 1, heatmap.height + 1);
  if (trace) context.strokeRect(left - 0.5, trace.top - 0.5, width + 1, trace.height + 1);

  context.font = axisFont(theme);
  context.fillStyle = css(theme.muted);
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillText(rows.title, left - 5, heatmap.top - 8);
  if (order) {
    for (const { unit, y } of labelledPositions(heatmap, order.unitAt, theme.font.size * 1.3)) {
      context.fillText(rows.nameOf(unit), left - 5, y);
    }
  }
  drawSaturationCaption(context, theme, layout);
}

function drawSaturationCaption(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: GatesLayout,
): void {
  const { saturation } = layout;
  if (!saturation) return;
  context.font = axisFont(theme);
  context.fillStyle = css(theme.muted);
  context.textAlign = "right";
  context.textBaseline = "middle";
  const caption = saturation.width > 40 ? "saturated" : "sat.";
  context.fillText(caption, saturation.left + saturation.width, saturation.top - 8);
}

/** A bar for every unit: the share of steps at which it is saturated, full width for all of them. */
export function drawSaturation(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: GatesLayout,
  order: OrderData,
): void {
  const { saturation, heatmap } = layout;
  if (!saturation) return;
  const { left, top, width, height } = saturation;
  context.fillStyle = css(theme.grid);
  context.fillRect(left, top, 1, height);
  context.fillRect(left + width - 1, top, 1, height);
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.fillStyle = css(theme.charts.orange);
  const barHeight = rowHeight(heatmap);
  const space = barHeight > 3 ? 1 : 0;
  for (let position = heatmap.units.from; position < heatmap.units.to; position++) {
    const share = order.saturation[position];
    if (!(share > 0)) continue;
    const y = yOfPosition(heatmap, position);
    context.fillRect(left + 1, y, Math.max(1, share * (width - 2)), Math.max(1, barHeight - space));
  }
  context.restore();
}

export interface TraceContent {
  readonly trace: UnitTrace | undefined;
  readonly scale: ColorScale;
  readonly caption: string;
  /** Values beyond which the unit is saturated. */
  readonly limits: readonly number[];
}

/** The selected unit over time, on the scale of the colours. */
export function drawTrace(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: GatesLayout,
  { trace, scale, caption, limits }: TraceContent,
): void {
  const { trace: box, heatmap } = layout;
  if (!box) return;
  const yOf = (value: number): number =>
    box.top + (1 - scale.position(value)) * (box.height - 4) + 2;
  context.font = axisFont(theme);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = css(theme.foreground);
  context.fillText(caption, box.left, box.top - 9);
  context.textAlign = "right";
  context.fillStyle = css(theme.muted);
  for (const tick of niceTicks(scale.minimum, scale.maximum, box.height > 60 ? 4 : 2)) {
    const y = yOf(tick.value);
    context.fillText(
      tick.label,
      box.left - 5,
      Math.max(box.top + 4, Math.min(box.top + box.height - 4, y)),
    );
    context.fillStyle = css(theme.grid);
    context.fillRect(box.left, Math.round(y), box.width, 1);
    context.fillStyle = css(theme.muted);
  }
  context.setLineDash([2, 3]);
  context.strokeStyle = css(theme.charts.orange);
  for (const limit of limits) {
    context.beginPath();
    context.moveTo(box.left, Math.round(yOf(limit)) + 0.5);
    context.lineTo(box.left + box.width, Math.round(yOf(limit)) + 0.5);
    context.stroke();
  }
  context.setLineDash([]);
  if (!trace) return;

  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.strokeStyle = css(theme.charts.blue);
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  const perValue = spanLength(trace.steps) / trace.values.length;
  let drawing = false;
  trace.values.forEach((value, index) => {
    const x = xOfStep(heatmap.time, trace.steps.from + (index + 0.5) * perValue);
    if (!Number.isFinite(value)) drawing = false;
    else if (drawing) context.lineTo(x, yOf(value));
    else {
      context.moveTo(x, yOf(value));
      // A value alone still leaves a dot.
      context.lineTo(x + 0.01, yOf(value));
      drawing = true;
    }
  });
  context.stroke();
  context.restore();
}

/** The axis below both pictures, with the cursor's step flagged. */
export function drawSteps(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { heatmap: { time }, axisTop: top, withTokens }: GatesLayout,
  tokenOf: (t: number) => string | undefined,
  current: number,
): void {
  context.font = tokenFont(theme);
  const axis = timeAxis(time, tokenOf, context.measureText("m").width, current);
  drawTimeAxis(context, axis, theme, { top, withTokens, time }, current);
}

/** What follows the cursor: its column through both pictures, and its row. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  theme: Theme,
  layout: GatesLayout,
  cursor: {
    readonly t: number;
    readonly position: number | undefined;
    readonly value: number | undefined;
  },
  scale: ColorScale,
): void {
  const { heatmap, trace } = layout;
  const { time, units } = heatmap;
  const rowInView =
    cursor.position !== undefined && cursor.position >= units.from && cursor.position < units.to;
  if (rowInView && cursor.position !== undefined) {
    drawRowFrame(
      context,
      theme,
      time.left,
      time.width,
      yOfPosition(heatmap, cursor.position),
      rowHeight(heatmap),
    );
  }
  if (cursor.t < time.span.from || cursor.t >= time.span.to) return;
  const x = xOfStep(time, cursor.t);
  const width = stepWidth(time);
  drawColumnFrame(context, theme, x, width, heatmap.top, heatmap.height);
  if (!trace) return;
  context.fillStyle = css(theme.cursor);
  context.fillRect(Math.round(x + width / 2 - 0.5), trace.top, 1, trace.height);
  if (cursor.value !== undefined && Number.isFinite(cursor.value)) {
    const y = trace.top + (1 - scale.position(cursor.value)) * (trace.height - 4) + 2;
    context.beginPath();
    context.arc(x + width / 2, y, 3.5, 0, 2 * Math.PI);
    context.fillStyle = css(theme.charts.blue);
    context.strokeStyle = css(theme.background);
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
}
