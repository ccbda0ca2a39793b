/** The strokes of the singular values' picture, and its key. */
import { html, svg, type TemplateResult } from "lit";
import { xOfStep, type TimeScale } from "../lib/axes.ts";
import { css, type Color } from "../lib/color.ts";
import { axisFont } from "../lib/drawAxes.ts";
import type { Rectangle } from "../lib/heatmapGeometry.ts";
import { formatNumber } from "../lib/numbers.ts";
import type { Theme } from "../lib/theme.ts";
import { stretchTicks, type Spectrum, type StretchAxis } from "./spectrum.ts";

export const colorsOf = (theme: Theme): { readonly largest: Color; readonly median: Color } => ({
  largest: theme.charts.blue,
  median: theme.charts.orange,
});

export const keyOf = (theme: Theme): TemplateResult => {
  const { largest, median } = colorsOf(theme);
  return html`<span class="stroke-key"
    >${one("largest", largest, "none")}${one("median", median, "4 3")}</span
  >`;
};

export function drawStretchAxis(
  context: CanvasRenderingContext2D,
  theme: Theme,
  box: Rectangle,
  axis: StretchAxis,
): void {
  context.font = axisFont(theme);
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of stretchTicks(axis, box.height / 22)) {
    const y = yOf(box, axis, tick);
    context.fillStyle = css(tick === 1 ? theme.foreground : theme.grid);
    context.fillRect(box.left, Math.round(y), box.width, 1);
    context.fillStyle = css(tick === 1 ? theme.foreground : theme.muted);
    context.fillText(formatNumber(tick, 1), box.left - 5, clampLabel(box, y));
  }
}

const clampLabel = ({ top: from, height: room }: Rectangle, y: number): number =>
  Math.max(from + 5, Math.min(from + room - 5, y));

const yOf = (box: Rectangle, axis: StretchAxis, value: number): number =>
  box.top + (1 - axis.position(value)) * (box.height - 4) + 2;

export function strokeValues(
  context: CanvasRenderingContext2D,
  box: Rectangle,
  time: TimeScale,
  { stepNumbers }: Spectrum,
  values: Float32Array,
  axis: StretchAxis,
  color: Color,
  dashes: number[],
): void {
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.strokeStyle = css(color);
  context.lineWidth = 1.75;
  context.lineJoin = "round";
  context.setLineDash(dashes);
  context.beginPath();
  let drawing = false;
  values.forEach((value, index) => {
    const x = xOfStep(time, stepNumbers[index] + 0.5);
    if (!Number.isFinite(value)) drawing = false;
    else if (drawing) context.lineTo(x, yOf(box, axis, value));
    else {
      context.moveTo(x, yOf(box, axis, value));
      // A value alone still leaves a dot.
      context.lineTo(x + 0.01, yOf(box, axis, value));
      drawing = true;
    }
  });
  context.stroke();
  context.restore();
}

const one = (name: string, color: Color, dashes: string): TemplateResult =>
  html`<span class="stroke-name"
    ><svg viewBox="0 0 22 8" width="22" height="8" aria-hidden="true">
      ${svg`<line x1="0" x2="22" y1="4" y2="4" stroke=${css(color)} stroke-width="2" stroke-dasharray=${dashes}></line>`}</svg
    >${name}</span
  >`;
