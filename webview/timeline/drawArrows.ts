/**
 * Arrows of the unrolled network. A hairline shows where a state goes; beside it, against the
 * direction of time, a band as wide as the gradient that comes back.
 */
import type { CellSummary, TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import { css } from "../lib/color.ts";
import type { Theme } from "../lib/theme.ts";
import { boxLeft, columnLeft, type CellRow, type StateLine } from "./layout.ts";
import { arrowWidth, gradientShare } from "./scales.ts";
import type { Scene } from "./scene.ts";
import { cellAt, gradientFromAbove, gradientThroughTime } from "./words.ts";

/** The arrows between the cells of steps `t` and `t + 1`. */
export function drawRecurrentArrows(
  context: CanvasRenderingContext2D,
  scene: Scene,
  row: CellRow,
  t: number,
): void {
  const { layout } = scene;
  const left = boxLeft(layout, t) + layout.boxWidth;
  const right = boxLeft(layout, t + 1);
  const isReverse = row.direction === "reverse";
  const column = scene.column(isReverse ? t + 1 : t);
  const cell = column && cellAt(column, row);
  for (const state of row.states) {
    const norm = cell && gradientThroughTime(cell, state.part);
    const ends = isReverse ? { from: right, to: left } : { from: left, to: right };
    if (layout.tier === "full") {
      const y = state.y - state.height / 2 - 2;
      drawHairline(context, scene.theme, ends.from, y, ends.to, y);
      drawGradient(
        context,
        scene,
        norm,
        { x: ends.to, y: state.y + 1 },
        { x: ends.from, y: state.y + 1 },
        state.height,
      );
    } else if (norm === undefined || scene.gradient === undefined) {
      drawHairline(context, scene.theme, ends.from, state.y, ends.to, state.y);
    } else {
      drawGradient(
        context,
        scene,
        norm,
        { x: ends.to, y: state.y },
        { x: ends.from, y: state.y },
        state.height,
      );
    }
  }
}

/** The arrow from a layer's output upwards, and the gradient that comes down it. */
export function drawVerticalArrow(
  context: CanvasRenderingContext2D,
  scene: Scene,
  t: number,
  bottom: number,
  top: number,
  norm: number | undefined,
): void {
  const { layout, theme } = scene;
  const centre = columnLeft(layout, t) + layout.columnWidth / 2;
  const room = layout.tier === "compact" ? Math.min(10, layout.boxWidth - 2) : 12;
  const above = { x: centre, y: top + 1 };
  const below = { x: centre, y: bottom - 1 };
  if (layout.tier !== "full") {
    if (norm === undefined) drawHairline(context, theme, centre, below.y, centre, above.y);
    else drawGradient(context, scene, norm, above, below, room);
    return;
  }
  const aside = norm === undefined ? 0 : 10;
  drawHairline(context, theme, centre - aside, below.y, centre - aside, above.y);
  drawGradient(
    context,
    scene,
    norm,
    { ...above, x: centre + 2 },
    { ...below, x: centre + 2 },
    room,
  );
}

/** The norm of the gradient that comes down into the rows of one layer: both directions together. */
export function outputGradient(column: TimelineColumn, layer: number): number | undefined {
  let squares: number | undefined;
  for (const cell of column.cells) {
    const norm = cell.layer === layer ? gradientFromAbove(cell) : undefined;
    if (norm !== undefined) squares = (squares ?? 0) + norm ** 2;
  }
  return squares === undefined ? undefined : Math.sqrt(squares);
}

/** Dense columns have no room between them: the bands flow together into a river below the cells. */
export function drawRiver(
  context: CanvasRenderingContext2D,
  scene: Scene,
  state: StateLine,
  cell: CellSummary,
  x: number,
): void {
  const norm = gradientThroughTime(cell, state.part);
  if (norm === undefined || !scene.gradient) return;
  const share = gradientShare(scene.gradient, norm);
  const height = share === 0 ? 1 : arrowWidth(share, state.height);
  context.fillStyle = css(gradientColor(scene.theme), share === 0 ? 0.35 : 1);
  context.fillRect(x, state.y - height / 2, scene.layout.columnWidth + 0.5, height);
}

export const gradientColor = (theme: Theme): Theme["foreground"] => theme.charts.purple;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From `tail`, where the gradient comes from, to `head`: a band with a point, or dots when it vanished. */
function drawGradient(
  context: CanvasRenderingContext2D,
  scene: Scene,
  norm: number | undefined,
  tail: Point,
  head: Point,
  room: number,
): void {
  if (norm === undefined || !scene.gradient) return;
  const color = gradientColor(scene.theme);
  const share = gradientShare(scene.gradient, norm);
  if (!Number.isFinite(norm)) drawBand(context, tail, head, room, css(scene.theme.error));
  else if (share === 0) drawDots(context, tail, head, css(color, 0.8));
  else if (scene.layout.tier === "compact")
    drawBar(context, tail, head, arrowWidth(share, room), css(color));
  else drawBand(context, tail, head, arrowWidth(share, room), css(color));
}

/** Where there is no room for a point. */
function drawBar(
  context: CanvasRenderingContext2D,
  tail: Point,
  head: Point,
  width: number,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(tail.x, tail.y);
  context.lineTo(head.x, head.y);
  context.stroke();
}

export function drawBand(
  context: CanvasRenderingContext2D,
  tail: Point,
  head: Point,
  width: number,
  color: string,
): void {
  const length = Math.hypot(head.x - tail.x, head.y - tail.y);
  const [along, across] = [(head.x - tail.x) / length, (head.y - tail.y) / length];
  const point = Math.min(length * 0.45, 3 + width * 0.45);
  const half = width / 2;
  const wing = half + Math.min(2.5, 1 + length * 0.06);
  /** `forward` pixels towards the head, `sideways` off the axis. */
  const at = (forward: number, sideways: number): [number, number] => [
    tail.x + along * forward - across * sideways,
    tail.y + across * forward + along * sideways,
  ];
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(...at(0, -half));
  context.lineTo(...at(length - point, -half));
  context.lineTo(...at(length - point, -wing));
  context.lineTo(...at(length, 0));
  context.lineTo(...at(length - point, wing));
  context.lineTo(...at(length - point, half));
  context.lineTo(...at(0, half));
  context.closePath();
  context.fill();
}

export function drawDots(
  context: CanvasRenderingContext2D,
  tail: Point,
  head: Point,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.setLineDash([1.5, 3]);
  context.beginPath();
  context.moveTo(tail.x, tail.y);
  context.lineTo(head.x, head.y);
  context.stroke();
  context.setLineDash([]);
}

/** Where a state goes: thin, with a small open head. */
export function drawHairline(
  context: CanvasRenderingContext2D,
  theme: Theme,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  const size = 3.5;
  const angle = Math.atan2(toY - fromY, toX - fromX);
  context.strokeStyle = css(theme.muted, theme.isHighContrast ? 1 : 0.75);
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  for (const turn of [2.6, -2.6]) {
    context.moveTo(toX, toY);
    context.lineTo(toX + size * Math.cos(angle + turn), toY + size * Math.sin(angle + turn));
  }
  context.stroke();
}
