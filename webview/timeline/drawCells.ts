/** The cell boxes: bars for gates and states where there is room, one colour where there is not. */
import type { CellSummary } from "../../src/protocol/timelineColumn.ts";
import { sigmoidGates } from "../../src/trace/names.ts";
import { widthOf } from "../../src/trace/trace.ts";
import { css, mix, type Color } from "../lib/color.ts";
import { colorOf } from "../lib/colorMaps.ts";
import { formatNumber } from "../lib/numbers.ts";
import type { Theme } from "../lib/theme.ts";
import { boxLeft, columnLeft, type CellRow, type Tier } from "./layout.ts";
import { activity, fullActivity } from "./scales.ts";
import type { Pen, Scene } from "./scene.ts";
import { drawRiver } from "./drawArrows.ts";
import { stateNorm } from "./words.ts";

/** A rectangle in which a value is drawn. */
interface Track {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Whether a box is filled with the colour of its activity, having no room for bars or no gates. */
export const isColored = (row: CellRow, tier: Tier): boolean =>
  tier === "dense" || tier === "compact" || (tier === "medium" && row.gates.length === 0);

export function drawCell(
  pen: Pen,
  scene: Scene,
  row: CellRow,
  t: number,
  cell: CellSummary | undefined,
): void {
  const { layout } = scene;
  if (layout.tier === "dense") drawDense(pen, scene, row, t, cell);
  else if (isColored(row, layout.tier)) {
    drawBox(pen, scene, row, t, cell && activityColor(scene, row, cell));
  } else {
    drawBox(pen, scene, row, t, undefined);
    if (!cell) return;
    if (layout.tier === "full") drawRows(pen, scene, row, t, cell);
    else drawColumns(pen, scene, row, t, cell);
  }
}

export function activityColor(scene: Scene, row: CellRow, cell: CellSummary): Color {
  const value = activity(cell.hNorm, widthOf(row.description, "h"));
  return stateColor(scene, "h", value / fullActivity(scene.extremes, row, "h"));
}

/** Only h has the colours of activity; a cell state is a plain bar. */
function stateColor(
  { theme, activityScale, activityTable }: Scene,
  part: string,
  share: number,
): Color {
  if (part === "c") return mix(theme.background, theme.foreground, 0.72);
  return colorOf(activityTable, activityScale, Number.isFinite(share) ? Math.min(1, share) : share);
}

function drawBox({ context }: Pen, scene: Scene, row: CellRow, t: number, fill?: Color): void {
  const { layout, theme } = scene;
  const x = boxLeft(layout, t);
  context.beginPath();
  context.roundRect(x + 0.5, row.y + 0.5, layout.boxWidth - 1, row.height - 1, 4);
  context.fillStyle = css(fill ?? boxColor(theme));
  context.fill();
  context.strokeStyle = css(
    theme.isHighContrast ? theme.border : mix(theme.background, theme.foreground, 0.28),
  );
  context.lineWidth = 1;
  context.stroke();
}

const boxColor = (theme: Theme): Color =>
  theme.isHighContrast ? theme.background : mix(theme.background, theme.foreground, 0.045);

function drawDense(
  { context }: Pen,
  scene: Scene,
  row: CellRow,
  t: number,
  cell: CellSummary | undefined,
): void {
  const { layout, theme } = scene;
  const x = columnLeft(layout, t);
  const width = layout.boxWidth === layout.columnWidth ? layout.columnWidth + 0.5 : layout.boxWidth;
  context.fillStyle = css(cell ? activityColor(scene, row, cell) : boxColor(theme));
  context.fillRect(x, row.box.y, width, row.box.height);
  if (!cell) return;
  for (const state of row.states) drawRiver(context, scene, state, cell, x);
}

/** One line for each gate and state: its letter, a bar, and its value where that fits. */
function drawRows(pen: Pen, scene: Scene, row: CellRow, t: number, cell: CellSummary): void {
  const { layout, theme } = scene;
  const x = boxLeft(layout, t) + 8;
  const width = layout.boxWidth - 16;
  const numberWidth = width >= 86 ? 30 : 0;
  const rowHeight = row.gateBand.height / Math.max(1, row.gates.length);
  const thickness = Math.max(6, Math.min(12, Math.round(rowHeight * 0.4)));
  const line = (name: string, middle: number, text: string, bar: (track: Track) => void): void => {
    const { context } = pen;
    context.font = pen.smallToken;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillStyle = css(theme.foreground);
    context.fillText(name, x, middle);
    bar({
      x: x + 13,
      y: middle - thickness / 2,
      width: width - 13 - numberWidth,
      height: thickness,
    });
    if (numberWidth === 0) return;
    context.font = pen.small;
    context.textAlign = "right";
    context.fillStyle = css(theme.muted);
    context.fillText(text, x + width, middle);
  };

  row.gates.forEach((part, index) => {
    const gate = cell.gates.find((candidate) => candidate.part === part);
    if (!gate) return;
    const middle = row.gateBand.y + (index + 0.5) * rowHeight;
    line(part, middle, shortNumber(gate.mean), (track) => {
      drawGateBar(pen, theme, part, gate.mean, track, "across");
      drawSaturation(pen, theme, gate.saturated, {
        ...track,
        y: track.y + thickness + 1,
        height: 1.5,
      });
    });
  });
  for (const state of row.states) {
    const norm = stateNorm(cell, state.part);
    if (norm === undefined) continue;
    const value = activity(norm, widthOf(row.description, state.part));
    line(state.part, state.y, shortNumber(value), (track) => {
      drawTrack(pen, theme, track);
      if (!Number.isFinite(value)) drawNotFinite(pen, theme, track);
      const share = value / fullActivity(scene.extremes, row, state.part);
      fillShare(pen, css(stateColor(scene, state.part, share)), 0, share, track, "across");
    });
  }
}

/** Upright bars side by side over their letters: gates first, then the states. */
function drawColumns(pen: Pen, scene: Scene, row: CellRow, t: number, cell: CellSummary): void {
  const { layout, theme } = scene;
  const count = row.gates.length + row.states.length;
  const pitch = Math.min(11, Math.floor((layout.boxWidth - 8) / count));
  const barWidth = Math.max(2, pitch - 2);
  const left = boxLeft(layout, t) + (layout.boxWidth - count * pitch) / 2;
  const letters = pitch >= 6 ? 9 : 0;
  const { y } = row.gateBand;
  const height = row.gateBand.height - letters;
  const letter = (part: string, x: number): void => {
    if (letters === 0) return;
    const { context } = pen;
    context.font = pen.letter;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = css(theme.muted);
    context.fillText(part, x + barWidth / 2, y + height + 6);
  };
  row.gates.forEach((part, index) => {
    const gate = cell.gates.find((candidate) => candidate.part === part);
    if (!gate) return;
    const track = { x: Math.round(left + index * pitch), y, width: barWidth, height: height - 4 };
    drawGateBar(pen, theme, part, gate.mean, track, "up");
    drawSaturation(pen, theme, gate.saturated, { ...track, y: y + height - 3, height: 2 });
    letter(part, track.x);
  });
  row.states.forEach(({ part }, index) => {
    const value = activity(stateNorm(cell, part) ?? NaN, widthOf(row.description, part));
    const x = Math.round(left + (row.gates.length + index) * pitch + 1);
    const track = { x, y, width: barWidth, height: height - 4 };
    drawTrack(pen, theme, track);
    if (!Number.isFinite(value)) drawNotFinite(pen, theme, track);
    const share = value / fullActivity(scene.extremes, row, part);
    fillShare(pen, css(stateColor(scene, part, share)), 0, share, track, "up");
    letter(part, x);
  });
}

/** A sigmoid gate fills its track from 0; a tanh gate grows from the middle, blue below zero, orange above. */
function drawGateBar(
  pen: Pen,
  theme: Theme,
  part: string,
  mean: number,
  track: Track,
  way: "across" | "up",
): void {
  drawTrack(pen, theme, track);
  if (!Number.isFinite(mean)) {
    drawNotFinite(pen, theme, track);
    return;
  }
  if (sigmoidGates.has(part)) {
    fillShare(pen, css(theme.foreground, theme.isHighContrast ? 1 : 0.72), 0, mean, track, way);
    return;
  }
  const color = mean < 0 ? theme.charts.blue : theme.charts.orange;
  fillShare(pen, css(color), 0.5, 0.5 + mean / 2, track, way);
  const { context } = pen;
  context.fillStyle = css(theme.foreground, 0.8);
  if (way === "across")
    context.fillRect(track.x + track.width / 2 - 0.5, track.y - 1, 1, track.height + 2);
  else context.fillRect(track.x - 1, track.y + track.height / 2 - 0.5, track.width + 2, 1);
}

function drawTrack({ context }: Pen, theme: Theme, { x, y, width, height }: Track): void {
  context.fillStyle = css(theme.foreground, theme.isHighContrast ? 0.25 : 0.13);
  context.fillRect(x, y, width, height);
}

/** Fills a track between two shares of its length. */
function fillShare(
  { context }: Pen,
  color: string,
  from: number,
  to: number,
  { x, y, width, height }: Track,
  way: "across" | "up",
): void {
  const [low, high] = [Math.min(from, to), Math.max(from, to)].map((share) =>
    Math.min(1, Math.max(0, share)),
  );
  if (!(high > low)) return;
  context.fillStyle = color;
  if (way === "across") context.fillRect(x + low * width, y, (high - low) * width, height);
  else context.fillRect(x, y + (1 - high) * height, width, (high - low) * height);
}

/** A thin line below a gate's bar: the share of its units that are saturated. */
function drawSaturation(
  { context }: Pen,
  theme: Theme,
  share: number,
  { x, y, width, height }: Track,
): void {
  if (!(share > 0)) return;
  context.fillStyle = css(theme.warning);
  context.fillRect(x, y, Math.max(1, Math.min(1, share) * width), height);
}

/** Not a number: crossed out, in the colour of errors. */
function drawNotFinite({ context }: Pen, theme: Theme, { x, y, width, height }: Track): void {
  context.fillStyle = css(theme.error, 0.85);
  context.fillRect(x, y, width, height);
}

/** Two decimals, which is what a bar can show. */
const shortNumber = (value: number): string =>
  Math.abs(value) < 10 ? value.toFixed(2).replace("-", "−") : formatNumber(value, 2);
