/** What stands above the cells: the loss, and the output against its target. */
import type { TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import { css, mix, type Color } from "../lib/color.ts";
import { formatNumber, visibleToken } from "../lib/numbers.ts";
import type { Theme } from "../lib/theme.ts";
import { columnLeft } from "./layout.ts";
import { fullLoss } from "./scales.ts";
import { fitText, type Pen, type Scene } from "./scene.ts";
import { valueText, verdictOf, type Verdict } from "./words.ts";

export function drawLoss(pen: Pen, scene: Scene, t: number, column: TimelineColumn): void {
  const { layout, theme, model, extremes } = scene;
  const { context } = pen;
  if (column.loss === undefined) return;
  const { y, height } = layout.loss;
  const labelled = layout.tier === "full" || layout.tier === "medium";
  const room = height - (labelled ? 15 : 2);
  const share = Math.min(1, Math.max(0, column.loss / fullLoss(model, extremes)));
  const isFinite = Number.isFinite(column.loss);
  const barHeight = isFinite ? Math.max(1, share * room) : room;
  const width = layout.tier === "dense" ? layout.boxWidth : Math.min(30, layout.boxWidth);
  const middle = columnLeft(layout, t) + layout.columnWidth / 2;
  const top = y + height - barHeight;
  context.fillStyle = css(isFinite ? lossColor(theme) : theme.error);
  context.fillRect(middle - width / 2, top, Math.max(1, width), barHeight);
  if (!labelled) return;
  context.font = pen.small;
  context.fillStyle = css(theme.foreground);
  context.textAlign = "center";
  context.textBaseline = "bottom";
  const broken = layout.tier === "full" ? "not finite" : "NaN, ∞";
  const text = isFinite ? formatNumber(column.loss, layout.tier === "full" ? 3 : 2) : broken;
  context.fillText(text, middle, top - 1);
}

const lossColor = (theme: Theme): Color =>
  mix(theme.background, theme.foreground, theme.isHighContrast ? 1 : 0.5);

// ------------------------------------------------------------------- classes

export function drawPredictions(pen: Pen, scene: Scene, t: number, column: TimelineColumn): void {
  const predictions = column.predictions ?? [];
  const best = predictions[0];
  if (!best) return;
  const { layout } = scene;
  if (layout.tier === "full") drawRanking(pen, scene, t, column);
  else if (layout.tier === "medium") drawBest(pen, scene, t, column);
  else drawProbability(pen, scene, t, best.probability, verdictOf(column));
}

/** The most probable classes, three or where rows are tall up to five, and the target with the verdict beneath. */
function drawRanking(pen: Pen, scene: Scene, t: number, column: TimelineColumn): void {
  const { layout, theme } = scene;
  const { context } = pen;
  const left = columnLeft(layout, t) + 8;
  const width = layout.columnWidth - 16;
  const verdict = verdictOf(column);
  const labelWidth = Math.max(20, Math.round(width * 0.38));
  const numberWidth = 34;
  const pitch = 15;
  const count = Math.max(3, Math.min(5, Math.floor((layout.output.height - 21) / pitch)));
  context.textBaseline = "middle";
  (column.predictions ?? []).slice(0, count).forEach(({ label, probability }, rank) => {
    const middle = layout.output.y + 7 + rank * pitch;
    const isTarget = label === column.targetLabel;
    context.font = pen.smallToken;
    context.textAlign = "left";
    context.fillStyle = css(theme.foreground);
    context.fillText(fitText(context, visibleToken(label), labelWidth - 4), left, middle);
    const track = { x: left + labelWidth, width: width - labelWidth - numberWidth };
    context.fillStyle = css(theme.foreground, theme.isHighContrast ? 0.25 : 0.13);
    context.fillRect(track.x, middle - 3, track.width, 6);
    const color = isTarget ? verdictColor(theme, "right") : neutralColor(theme);
    context.fillStyle = css(color);
    context.fillRect(track.x, middle - 3, Math.max(1, probability * track.width), 6);
    context.font = pen.small;
    context.textAlign = "right";
    context.fillStyle = css(theme.muted);
    context.fillText(percent(probability), left + width, middle);
  });
  const middle = layout.output.y + 7 + count * pitch + 2;
  if (column.begins !== undefined) {
    context.font = pen.strong;
    context.textAlign = "left";
    context.fillStyle = css(theme.charts.blue);
    context.fillText(fitText(context, `▸ ${visibleToken(column.begins)}`, width), left, middle);
  }
  if (column.targetLabel === undefined || verdict === undefined) return;
  drawVerdict(pen, theme, verdict, left + 4, middle);
  context.font = pen.small;
  context.textAlign = "left";
  context.fillStyle = css(theme.muted);
  context.fillText("target", left + 13, middle);
  const labelLeft = left + 15 + context.measureText("target").width + 2;
  context.font = pen.smallToken;
  context.fillStyle = css(theme.foreground);
  context.fillText(
    fitText(context, visibleToken(column.targetLabel), left + width - labelLeft),
    labelLeft,
    middle,
  );
}

/** The most probable class with its verdict, and its probability as a bar. */
function drawBest(pen: Pen, scene: Scene, t: number, column: TimelineColumn): void {
  const { layout, theme } = scene;
  const { context } = pen;
  const best = column.predictions?.[0];
  if (!best) return;
  const verdict = verdictOf(column);
  const middle = columnLeft(layout, t) + layout.columnWidth / 2;
  const { y, height } = layout.output;
  context.font = pen.smallToken;
  context.textBaseline = "middle";
  context.textAlign = "left";
  const begins = column.begins === undefined ? "" : "▸ ";
  const label = fitText(context, begins + visibleToken(best.label), layout.columnWidth - 22);
  const textWidth = context.measureText(label).width;
  const signWidth = verdict ? 12 : 0;
  const left = middle - (textWidth + signWidth) / 2;
  if (verdict) drawVerdict(pen, theme, verdict, left + 4, y + height / 2 - 6);
  context.font = pen.smallToken;
  context.fillStyle = css(begins ? theme.charts.blue : theme.foreground);
  context.fillText(label, left + signWidth, y + height / 2 - 6);
  const barWidth = layout.boxWidth;
  context.fillStyle = css(theme.foreground, theme.isHighContrast ? 0.25 : 0.13);
  context.fillRect(middle - barWidth / 2, y + height - 10, barWidth, 5);
  context.fillStyle = css(verdict ? verdictColor(theme, verdict) : neutralColor(theme));
  context.fillRect(
    middle - barWidth / 2,
    y + height - 10,
    Math.max(1, best.probability * barWidth),
    5,
  );
}

/** A bar as tall as the probability: filled when right, hollow when wrong, so that colour is not needed. */
function drawProbability(
  { context }: Pen,
  { layout, theme }: Scene,
  t: number,
  probability: number,
  verdict: Verdict | undefined,
): void {
  const { y, height } = layout.output;
  const width = Math.max(1, Math.min(16, layout.boxWidth));
  const x = columnLeft(layout, t) + (layout.columnWidth - width) / 2;
  const barHeight = Math.max(2, probability * height);
  const color = css(verdict ? verdictColor(theme, verdict) : neutralColor(theme));
  if (verdict === "wrong" && width >= 6) {
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.strokeRect(x + 0.75, y + height - barHeight + 0.75, width - 1.5, barHeight - 1.5);
    return;
  }
  context.fillStyle = color;
  context.fillRect(x, y + height - barHeight, width, barHeight);
}

const neutralColor = (theme: Theme): Color =>
  mix(theme.background, theme.foreground, theme.isHighContrast ? 1 : 0.55);

const verdictColor = (theme: Theme, verdict: Verdict): Color =>
  verdict === "right" ? theme.charts.green : theme.charts.red;

/** A check or a cross, 8 pixels wide. */
function drawVerdict({ context }: Pen, theme: Theme, verdict: Verdict, x: number, y: number): void {
  context.strokeStyle = css(verdictColor(theme, verdict));
  context.lineWidth = 1.75;
  context.beginPath();
  if (verdict === "right") {
    context.moveTo(x - 4, y);
    context.lineTo(x - 1, y + 3);
    context.lineTo(x + 4, y - 3.5);
  } else {
    context.moveTo(x - 3, y - 3);
    context.lineTo(x + 3, y + 3);
    context.moveTo(x + 3, y - 3);
    context.lineTo(x - 3, y + 3);
  }
  context.stroke();
}

/** Short enough for the end of a bar. */
const percent = (probability: number): string =>
  probability < 0.01 ? "< 1 %" : `${Math.round(100 * probability)} %`;

// ------------------------------------------------------------------- forecasts

/** The first target as two lines over time: the truth thin and hollow, the prediction strong. */
export function drawForecast(
  pen: Pen,
  scene: Scene,
  t: number,
  column: TimelineColumn,
  before: TimelineColumn | undefined,
): void {
  const { layout, theme, extremes } = scene;
  const { context } = pen;
  const forecast = column.forecast?.[0];
  if (!forecast) return;
  const [low, high] = extremes.forecast.get(forecast.name) ?? [0, 1];
  const chart = forecastChart(scene);
  const yOf = (value: number): number =>
    chart.y + chart.height * (high > low ? 1 - (value - low) / (high - low) : 0.5);
  const x = columnLeft(layout, t) + layout.columnWidth / 2;
  const last = before?.forecast?.find(({ name }) => name === forecast.name);
  const line = (
    value: number | undefined,
    old: number | undefined,
    color: Color,
    width: number,
  ): void => {
    if (value === undefined || old === undefined || !Number.isFinite(value + old)) return;
    context.strokeStyle = css(color);
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x - layout.columnWidth, yOf(old));
    context.lineTo(x, yOf(value));
    context.stroke();
  };
  drawBands(context, theme, { x, width: layout.columnWidth, chart, yOf }, forecast, last);
  line(forecast.truth, last?.truth, theme.foreground, 1);
  line(forecast.predicted, last?.predicted, theme.charts.blue, 1.75);
  const radius = layout.columnWidth >= 17 ? 3 : layout.columnWidth >= 8 ? 1.5 : 0.9;
  const dot = (value: number | undefined, paint: () => void): void => {
    if (value === undefined || !Number.isFinite(value)) return;
    context.beginPath();
    context.arc(x, yOf(value), radius, 0, 2 * Math.PI);
    paint();
  };
  if (forecast.truth !== undefined) {
    dot(forecast.truth, () => {
      context.fillStyle = css(theme.background);
      context.strokeStyle = css(theme.foreground);
      context.lineWidth = 1.25;
      if (radius > 1) context.fill();
      context.stroke();
    });
  }
  dot(forecast.predicted, () => {
    context.fillStyle = css(theme.charts.blue);
    context.fill();
  });
  if (layout.tier !== "full") return;
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.font = pen.strong;
  context.fillStyle = css(theme.charts.blue);
  context.fillText(valueText(forecast.predicted), x, chart.y + chart.height + 13);
  if (forecast.truth === undefined) return;
  context.font = pen.small;
  context.fillStyle = css(theme.muted);
  context.fillText(`true ${valueText(forecast.truth)}`, x, chart.y + chart.height + 26);
}

type Forecast = NonNullable<TimelineColumn["forecast"]>[number];

/** How many deviations to each side, and how strong: two thirds of all truths are expected in the inner band, 95 % in the outer. */
const bands = [
  { deviations: 2, alpha: 0.16 },
  { deviations: 1, alpha: 0.26 },
] as const;

/** How sure a Gaussian forecast is, from the step before to this one. */
function drawBands(
  context: CanvasRenderingContext2D,
  theme: Theme,
  at: {
    readonly x: number;
    readonly width: number;
    readonly chart: { readonly y: number; readonly height: number };
    readonly yOf: (value: number) => number;
  },
  { predicted, deviation }: Forecast,
  last: Forecast | undefined,
): void {
  if (deviation === undefined || !Number.isFinite(predicted + deviation)) return;
  const { chart, width, yOf } = at;
  const isFirst = last?.deviation === undefined;
  const from =
    last?.deviation === undefined
      ? { predicted, deviation }
      : { predicted: last.predicted, deviation: last.deviation };
  // The first has no step before it: it gets half a column of its own.
  const left = at.x - (isFirst ? width / 2 : width);
  context.save();
  context.beginPath();
  context.rect(left, chart.y, at.x - left, chart.height);
  context.clip();
  for (const { deviations, alpha } of bands) {
    context.beginPath();
    context.moveTo(left, yOf(from.predicted + deviations * from.deviation));
    context.lineTo(at.x, yOf(predicted + deviations * deviation));
    context.lineTo(at.x, yOf(predicted - deviations * deviation));
    context.lineTo(left, yOf(from.predicted - deviations * from.deviation));
    context.closePath();
    context.fillStyle = css(theme.charts.blue, theme.isHighContrast ? 2 * alpha : alpha);
    context.fill();
  }
  context.restore();
}

/** Where the lines of the forecast run. */
export function forecastChart({ layout }: Scene): { readonly y: number; readonly height: number } {
  const texts = layout.tier === "full" ? 32 : 4;
  return { y: layout.output.y + 4, height: layout.output.height - 4 - texts };
}
