/** Draws the unrolled network: the visible columns, the names of the rows, and where the cursor is. */
import { variantWords } from "../../src/trace/variantWords.ts";
import { predictsClasses } from "../../src/trace/names.ts";
import { css } from "../lib/color.ts";
import { formatNumber } from "../lib/numbers.ts";
import { drawTooltip } from "../lib/tooltip.ts";
import type { Point } from "../lib/pictureInput.ts";
import {
  drawRecurrentArrows,
  drawVerticalArrow,
  gradientColor,
  outputGradient,
} from "./drawArrows.ts";
import { drawCell } from "./drawCells.ts";
import { drawCellChanges, drawOriginalLoss } from "./drawChange.ts";
import { drawInput, inputNames } from "./drawInput.ts";
import { drawForecast, drawLoss, drawPredictions, forecastChart } from "./drawOutput.ts";
import { drawAttention } from "./drawAttention.ts";
import { boxLeft, columnLeft, takesStep, type CellRow } from "./layout.ts";
import { sourceStep } from "./pointing.ts";
import { footLift, footTop, labelStride, visibleSteps } from "./scrolling.ts";
import { fullLoss } from "./scales.ts";
import { createPen, fitText, type Pen, type Scene } from "./scene.ts";
import { cellAt, cellTitle, hitLines, lossUnit, unitsText } from "./words.ts";

export function drawTimeline(
  context: CanvasRenderingContext2D,
  scene: Scene,
  pointer?: Point,
): void {
  const pen = createPen(context, scene.theme);
  const { layout, scrollLeft, scrollTop, width, height } = scene;
  const lift = footLift(layout, scrollTop, height);
  const foot = footTop(layout, lift) - scrollTop;
  /** Draws in the picture's coordinates, in a part of the view only. */
  const within = (
    left: number,
    top: number,
    bottom: number,
    dy: number,
    drawIn: () => void,
  ): void => {
    context.save();
    context.beginPath();
    context.rect(left, top, width - left, bottom - top);
    context.clip();
    context.translate(left === 0 ? 0 : -scrollLeft, -scrollTop - dy);
    drawIn();
    context.restore();
  };
  const { gutterWidth } = layout;
  within(gutterWidth, 0, foot, 0, () => drawColumns(pen, scene));
  within(gutterWidth, foot, height, lift, () => drawFoot(pen, scene));
  within(0, 0, foot, 0, () => drawRowNames(pen, scene));
  within(0, foot, height, lift, () => drawFootNames(pen, scene));
  if (lift > 0) {
    context.fillStyle = css(scene.theme.border);
    context.fillRect(0, foot - 1, width, 1);
  }
  context.fillStyle = css(scene.theme.grid);
  context.fillRect(gutterWidth - 1, 0, 1, height);
  if (scene.hover && pointer) {
    const lines = hitLines(scene.hover, scene.column(sourceStep(scene.hover)), scene.model);
    drawTooltip(context, scene.theme, lines, pointer, { width, height });
  }
}

/** From the loss down to the lowest layer. */
function drawColumns(pen: Pen, scene: Scene): void {
  const { layout } = scene;
  drawCurrentColumn(pen.context, scene);
  // One column more on either side: arrows and lines reach out of it into view.
  const [from, to] = visibleSteps(layout, scene.scrollLeft, scene.width);
  for (let t = Math.max(0, from - 1); t < Math.min(layout.steps, to + 1); t++) {
    drawColumn(pen, scene, t);
  }
  drawBorder(pen.context, scene);
  drawAttention(pen, scene);
  drawCurrentFrame(pen.context, scene);
}

/** Between what is read and what is written. */
function drawBorder(context: CanvasRenderingContext2D, { layout, theme }: Scene): void {
  if (layout.sourceSteps === undefined) return;
  const x = Math.round(columnLeft(layout, layout.sourceSteps)) - 0.5;
  context.strokeStyle = css(theme.isHighContrast ? theme.border : theme.muted);
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, layout.height);
  context.stroke();
  context.setLineDash([]);
}

function drawColumn(pen: Pen, scene: Scene, t: number): void {
  const { layout } = scene;
  const { context } = pen;
  const column = scene.column(t);
  for (const row of layout.rows) {
    if (!takesStep(row, t)) continue;
    drawCell(pen, scene, row, t, column && cellAt(column, row));
    if (layout.tier !== "dense" && takesStep(row, t + 1)) {
      drawRecurrentArrows(context, scene, row, t);
    }
  }
  if (!column) return;
  drawCellChanges(pen, scene, t, column);
  if (layout.tier !== "dense") drawVerticals(context, scene, t);
  drawLoss(pen, scene, t, column);
  drawOriginalLoss(pen, scene, t, column);
  drawPredictions(pen, scene, t, column);
  drawForecast(pen, scene, t, column, t > 0 ? scene.column(t - 1) : undefined);
}

/** What is read, and the numbers of the steps: always in view. */
function drawFoot(pen: Pen, scene: Scene): void {
  const { layout, theme, cursor } = scene;
  const { context } = pen;
  drawCurrentColumn(context, scene);
  const labelWidth = String(layout.steps).length * 7 + 10;
  const stride = labelStride(layout.columnWidth, labelWidth);
  const [from, to] = visibleSteps(layout, scene.scrollLeft, scene.width);
  const nameOf = inputNames(pen, scene, [from, to]);
  for (let t = from; t < to; t++) {
    const column = scene.column(t);
    if (column) drawInput(pen, scene, t, column, nameOf(column));
    // The current step has its own flag, and its neighbours make room for it.
    const isNearFlag = Math.abs(t - cursor.t) * layout.columnWidth < labelWidth + 2;
    if (t % stride !== 0 || isNearFlag) continue;
    context.font = pen.small;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = css(theme.muted);
    context.fillText(String(t), columnLeft(layout, t) + layout.columnWidth / 2, axisMiddle(scene));
  }
  drawCurrentFrame(context, scene);
}

const axisMiddle = ({ layout }: Scene): number => layout.axis.y + layout.axis.height / 2;

/** From the input up through the layers to the output, where there is one. */
function drawVerticals(context: CanvasRenderingContext2D, scene: Scene, t: number): void {
  const { layout } = scene;
  const column = scene.column(t);
  if (!column) return;
  const rows = layout.rows.filter((row) => takesStep(row, t));
  const lowest = rows[rows.length - 1];
  drawVerticalArrow(
    context,
    scene,
    t,
    layout.input.y,
    lowest.y + lowest.height,
    column.inputGradientNorm,
  );
  rows.forEach((row, index) => {
    const above = rows[index - 1];
    if (above?.layer === row.layer) return;
    const isTop = above === undefined;
    if (isTop && !column.predictions && !column.forecast) return;
    const top = isTop ? layout.output.y + layout.output.height : above.y + above.height;
    drawVerticalArrow(context, scene, t, row.y, top, outputGradient(column, row.layer));
  });
}

// ------------------------------------------------------------------- the cursor

function drawCurrentColumn(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, theme, cursor } = scene;
  context.fillStyle = css(theme.focus, theme.isHighContrast ? 0 : 0.13);
  context.fillRect(columnLeft(layout, cursor.t), 0, layout.columnWidth, layout.axis.y);
}

/** A frame around the column, a stronger one around the cell of the chosen layer, a flag with the step. */
function drawCurrentFrame(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, theme, cursor } = scene;
  const width = Math.max(3, layout.columnWidth);
  const x = columnLeft(layout, cursor.t) + (layout.columnWidth - width) / 2;
  context.strokeStyle = css(theme.focus);
  context.lineWidth = theme.isHighContrast ? 2 : 1;
  context.beginPath();
  context.roundRect(
    Math.round(x) + 0.5,
    1.5,
    width - 1,
    layout.axis.y - 2,
    layout.tier === "dense" ? 0 : 4,
  );
  context.stroke();

  const row = layout.rows.find(
    ({ layer, direction }) => layer === cursor.layer && direction === cursor.direction,
  );
  if (row && takesStep(row, cursor.t)) {
    const left = layout.tier === "dense" ? x : boxLeft(layout, cursor.t);
    const boxWidth = layout.tier === "dense" ? width : layout.boxWidth;
    context.lineWidth = 2;
    context.beginPath();
    context.roundRect(left, row.box.y, boxWidth, row.box.height, layout.tier === "dense" ? 0 : 4);
    context.stroke();
  }

  const label = String(cursor.t);
  context.font = `600 ${Math.max(9, Math.round(theme.font.size * 0.8))}px ${theme.font.family}`;
  const flagWidth = context.measureText(label).width + 10;
  const middle = x + width / 2;
  context.fillStyle = css(theme.focus);
  context.beginPath();
  context.roundRect(middle - flagWidth / 2, axisMiddle(scene) - 8, flagWidth, 16, 3);
  context.fill();
  context.fillStyle = css(onFocus(scene));
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(label, middle, axisMiddle(scene) + 0.5);
}

/** Black or white, whichever reads better on the focus colour. */
function onFocus({ theme }: Scene): Scene["theme"]["foreground"] {
  const { r, g, b } = theme.focus;
  const isBright = 0.299 * r + 0.587 * g + 0.114 * b > 150;
  return isBright ? { r: 0, g: 0, b: 0, a: 1 } : { r: 255, g: 255, b: 255, a: 1 };
}

// ------------------------------------------------------------------- names of rows

function drawRowNames(pen: Pen, scene: Scene): void {
  const { layout, cursor } = scene;
  if (layout.loss.height > 0) drawLossName(pen, scene);
  drawOutputName(pen, scene);
  for (const row of layout.rows) drawRowName(pen, scene, row, row.layer === cursor.layer);
}

function drawLossName(pen: Pen, scene: Scene): void {
  const { layout, model, extremes } = scene;
  const loss = `0…${formatNumber(fullLoss(model, extremes), 2)}`;
  pen.context.font = pen.small;
  const withUnit = `${loss} ${lossUnit(model)}`;
  const fits = pen.context.measureText(withUnit).width <= layout.gutterWidth - nameMargin;
  drawName(pen, scene, layout.loss, ["loss", fits ? withUnit : loss]);
}

function drawFootNames(pen: Pen, scene: Scene): void {
  const { layout } = scene;
  drawName(pen, scene, { y: layout.input.y, height: 20 }, ["input"]);
  drawName(pen, scene, layout.axis, ["step t"]);
}

const isNarrow = ({ layout }: Scene): boolean => layout.gutterWidth < 80;

function drawOutputName(pen: Pen, scene: Scene): void {
  const { layout, model, extremes } = scene;
  if (predictsClasses(model.loss)) {
    const isBar = layout.tier === "compact" || layout.tier === "dense";
    const isLast = model.output.at === "last-step";
    const what = isLast
      ? ["last step"]
      : isNarrow(scene)
        ? []
        : [isBar ? "p of best" : "probability"];
    drawName(pen, scene, layout.output, ["output", ...what]);
    return;
  }
  const [name, range] = [...extremes.forecast][0] ?? ["output", undefined];
  const chart = forecastChart(scene);
  const isLast = model.output.at === "last-step";
  drawName(pen, scene, chart, isLast ? [name, "last step"] : [name]);
  if (!range || isLast || chart.height < 34) return;
  const { context } = pen;
  context.font = pen.small;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = css(scene.theme.muted);
  const right = layout.gutterWidth - 5;
  context.fillText(formatNumber(range[1]), right, chart.y + 1);
  if (range[1] > range[0]) context.fillText(formatNumber(range[0]), right, chart.y + chart.height);
}

function drawRowName(pen: Pen, scene: Scene, row: CellRow, isChosen: boolean): void {
  const { description } = row;
  const units = isNarrow(scene) ? `H ${description.hidden}` : unitsText(description.hidden);
  const lines = [cellTitle(row.layer, description), units, ...variantWords(description)];
  const { decoder } = scene.model;
  if (decoder) lines.splice(1, 0, row.layer < decoder.firstLayer ? "encoder" : "decoder");
  if (row.direction === "reverse") lines.push("← reverse");
  else if (description.directions.length > 1) lines.push("→ forward");
  if (scene.layout.tier === "dense") drawRiverNames(pen, scene, row);
  drawName(pen, scene, row.height < 26 ? { y: row.y - 2, height: 28 } : row, lines, isChosen);
}

/** Bands of gradient lie too close to tell without a name. */
function drawRiverNames(
  { context, small }: Pen,
  { layout, theme, gradient }: Scene,
  row: CellRow,
): void {
  if (!gradient) return;
  context.font = small;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = css(gradientColor(theme));
  for (const state of row.states)
    context.fillText(`d${state.part}`, layout.gutterWidth - 5, state.y);
}

const nameMargin = 8;

function drawName(
  pen: Pen,
  { layout, theme }: Scene,
  band: { readonly y: number; readonly height: number },
  lines: readonly string[],
  isStrong = false,
): void {
  const { context } = pen;
  const room = layout.gutterWidth - nameMargin;
  const shown = lines.slice(0, Math.max(1, Math.floor(band.height / 13)));
  context.textAlign = "left";
  context.textBaseline = "middle";
  shown.forEach((line, index) => {
    context.font = index === 0 ? (isStrong ? pen.strong : pen.label) : pen.small;
    context.fillStyle = css(index === 0 ? theme.foreground : theme.muted);
    const y = band.y + band.height / 2 + (index - (shown.length - 1) / 2) * 13;
    context.fillText(fitText(context, line, room), 2, y);
  });
}
