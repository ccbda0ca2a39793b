/**
 * Where the current step looks: above each step of the source a bar with its weight, and a curve from there to the cell that
 * reads it, as wide as the weight. Weights of one step sum to 1.
 */
import { css, type Color } from "../lib/color.ts";
import { formatShare } from "../lib/numbers.ts";
import type { Theme } from "../lib/theme.ts";
import { boxLeft, columnLeft, takesStep } from "./layout.ts";
import { visibleSteps } from "./scrolling.ts";
import type { Pen, Scene } from "./scene.ts";

export const attentionColor = (theme: Theme): Color => theme.charts.blue;

/** Weights below this are no looking, only what a softmax always leaves. */
const leastCurve = 0.02;
const leastNumber = 0.005;
const widestCurve = 10;

export function drawAttention(pen: Pen, scene: Scene): void {
  const { layout, cursor } = scene;
  const weights = scene.column(cursor.t)?.attention;
  if (!weights) return;
  const [from, to] = visibleSteps(layout, scene.scrollLeft, scene.width);
  if (layout.tier !== "dense") drawCurves(pen, scene, weights);
  const shown = Math.min(to, weights.length);
  // What pools a whole sequence has no free place above its steps.
  if (layout.sourceSteps === undefined) return;
  for (let s = from; s < shown; s++) drawWeight(pen, scene, s, weights[s]);
  drawCaption(pen, scene, from);
}

/** Above the bars, where a source's steps have no loss. */
function drawCaption(
  { context, small }: Pen,
  { layout, theme, cursor }: Scene,
  from: number,
): void {
  const { loss, output, sourceSteps = 0 } = layout;
  const left = columnLeft(layout, from) + 2;
  const room = columnLeft(layout, sourceSteps) - left - 6;
  const words = [
    `attention of step ${cursor.t}: how much it looks here, 0…1`,
    `attention of step ${cursor.t}, 0…1`,
    "attention",
  ];
  context.font = small;
  const fitting = words.find((text) => context.measureText(text).width <= room);
  if (fitting === undefined) return;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = css(theme.muted);
  context.fillText(fitting, left, (loss.y + loss.height + output.y) / 2 - 4);
}

/** In the band where a target's step has its output, which a source's has not. */
function drawWeight(pen: Pen, { layout, theme }: Scene, s: number, weight: number): void {
  const { context } = pen;
  const { y, height } = layout.output;
  const x = layout.tier === "dense" ? columnLeft(layout, s) : boxLeft(layout, s);
  const withNumber = layout.columnWidth >= 34 && height >= 30;
  const room = height - (withNumber ? 14 : 0);
  context.fillStyle = css(theme.foreground, theme.isHighContrast ? 0.25 : 0.08);
  context.fillRect(x, y + height - room, layout.boxWidth, room);
  context.fillStyle = css(attentionColor(theme));
  const filled = Math.max(weight > 0 ? 1 : 0, weight * room);
  context.fillRect(x, y + height - filled, layout.boxWidth, filled);
  if (!withNumber || weight < leastNumber) return;
  context.font = pen.small;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = css(theme.foreground);
  context.fillText(formatShare(weight), x + layout.boxWidth / 2, y + 6);
}

/** From the top of each source step's highest cell, through the gap beside the cell that reads, into that cell. */
function drawCurves({ context }: Pen, scene: Scene, weights: readonly number[]): void {
  const { layout, theme } = scene;
  const source = layout.rows.find((row) => takesStep(row, 0));
  const end = endOf(scene);
  if (!source || !end) return;
  context.save();
  context.lineCap = "round";
  weights.forEach((weight, s) => {
    if (weight < leastCurve) return;
    const x = columnLeft(layout, s) + layout.columnWidth / 2;
    context.strokeStyle = css(attentionColor(theme), theme.isHighContrast ? 1 : 0.4 + 0.5 * weight);
    context.lineWidth = Math.max(1, weight * widestCurve);
    context.beginPath();
    context.moveTo(x, source.y);
    context.bezierCurveTo(
      x,
      end.gap,
      x + (end.x - x) * 0.2,
      end.gap,
      x + (end.x - x) * 0.5,
      end.gap,
    );
    context.bezierCurveTo(end.x - 20, end.gap, end.x, end.gap, end.x, end.y);
    context.stroke();
  });
  context.restore();
}

/** The context goes into the lowest cell of the decoder from below, or is added above the highest on the way out. */
function endOf({
  layout,
  model,
  cursor,
}: Scene): { x: number; y: number; gap: number } | undefined {
  const rows = layout.rows.filter((row) => takesStep(row, cursor.t));
  const [highest] = rows;
  const lowest = rows[rows.length - 1];
  if (!highest || !lowest) return undefined;
  const x = columnLeft(layout, cursor.t) + layout.columnWidth / 2;
  const { output, tier } = layout;
  const isBefore = model.decoder?.attention?.score === "additive";
  const aside = tier === "full" ? 22 : 0;
  if (isBefore) {
    const bottom = lowest.y + lowest.height;
    return { x: x - aside, y: bottom, gap: bottom + 12 };
  }
  const top = output.y + output.height;
  return { x: x - aside, y: top, gap: (top + highest.y) / 2 };
}
