/** What the colours mean: the scale as a bar with its unit, its ends, and what lies beyond them. */
import { decadeTicks, niceTicks, type Tick } from "./axes.ts";
import { createCanvas } from "./canvas.ts";
import { css, unpack } from "./color.ts";
import {
  nonFiniteEntry,
  overEntry,
  underEntry,
  type ColorScale,
  type ColorTable,
} from "./colorMaps.ts";
import { axisFont } from "./drawAxes.ts";
import { formatNumber } from "./numbers.ts";
import type { Theme } from "./theme.ts";

export interface LegendContent {
  /** What is shown, with its unit, for example "activation (no unit)". */
  readonly title: string;
  readonly scale: ColorScale;
  readonly table: ColorTable;
  readonly theme: Theme;
  /** Marks the colour of what lies beyond an end, where the picture has such values. */
  readonly under?: string;
  readonly over?: string;
  /** How many NaN and infinite values the picture has. */
  readonly nonFinite?: number;
  /** Marked on the bar: the value under the cursor. */
  readonly value?: number;
}

export interface Legend {
  update(content: LegendContent): void;
}

export function createLegend(parent: HTMLElement): Legend {
  parent.classList.add("legend");
  const title = parent.appendChild(document.createElement("span"));
  title.className = "legend-title";
  const element = parent.appendChild(document.createElement("canvas"));
  element.className = "legend-bar";
  element.setAttribute("role", "img");
  let content: LegendContent | undefined;
  const canvas = createCanvas(element, ({ context, width }) => {
    if (content) drawLegend(context, content, width);
  });
  return {
    update(next) {
      content = next;
      title.textContent = next.title;
      element.setAttribute("aria-label", legendText(next));
      canvas.redraw();
    },
  };
}

/** The legend in words. */
export function legendText({ title, scale, under, over, nonFinite }: LegendContent): string {
  const kind = { sequential: "", diverging: ", centred on zero", logarithmic: ", logarithmic" };
  const beyond = [under, over, nonFinite ? `${nonFinite} not finite` : undefined].filter(Boolean);
  return (
    `Colours: ${title}, from ${formatNumber(scale.minimum)} to ${formatNumber(scale.maximum)}` +
    kind[scale.kind] +
    (beyond.length > 0 ? `; ${beyond.join("; ")}` : "") +
    "."
  );
}

/**
 * Ticks of a bar: its ends are always among them, and between them as many as have room.
 * `measure` gives the width of a label in pixels.
 */
export function legendTicks(
  scale: ColorScale,
  width: number,
  measure: (label: string) => number,
  /** Whether the lower end stands for all that is smaller too. */
  isOpen = false,
): readonly Tick[] {
  const { minimum, maximum } = scale;
  const count = Math.max(1, Math.floor(width / 40));
  const between =
    scale.kind === "logarithmic"
      ? decadeTicks(minimum, maximum, count)
      : niceTicks(minimum, maximum, count);
  const below = isOpen ? "≤ " : "";
  const ends = [
    { value: minimum, label: below + formatNumber(minimum, 2) },
    { value: maximum, label: formatNumber(maximum, 2) },
  ];
  if (!(maximum > minimum)) return ends.slice(0, 1);
  const inner = between.filter((tick) => {
    const middle = scale.position(tick.value) * width;
    const half = measure(tick.label) / 2 + 6;
    return middle - half > measure(ends[0].label) && middle + half < width - measure(ends[1].label);
  });
  return [ends[0], ...inner, ends[1]];
}

const barTop = 2;
const barHeight = 10;

function drawLegend(
  context: CanvasRenderingContext2D,
  content: LegendContent,
  width: number,
): void {
  const { scale, table, theme } = content;
  const swatchRoom = content.nonFinite ? 64 : 0;
  const left = content.under ? 14 : 1;
  const barWidth = Math.max(40, Math.min(360, width - left - (content.over ? 14 : 1) - swatchRoom));
  context.font = axisFont(theme);
  context.textBaseline = "top";
  const paint = (entry: number): void => {
    context.fillStyle = css(unpack(table[entry]));
  };

  // One rectangle for each pixel, so that the bar is as even as the table.
  for (let x = 0; x < barWidth; x++) {
    paint(Math.min(255, Math.floor((x / barWidth) * 256)));
    context.fillRect(left + x, barTop, 1.5, barHeight);
  }
  if (content.under) drawEnd(context, left - 2, -1, () => paint(underEntry), theme);
  if (content.over) drawEnd(context, left + barWidth + 2, 1, () => paint(overEntry), theme);
  context.strokeStyle = css(theme.border);
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, barTop - 0.5, barWidth + 1, barHeight + 1);

  context.fillStyle = css(theme.muted);
  context.strokeStyle = css(theme.muted);
  const measure = (label: string): number => context.measureText(label).width;
  for (const tick of legendTicks(scale, barWidth, measure, content.under !== undefined)) {
    const position = Math.max(0, Math.min(1, scale.position(tick.value)));
    const x = left + position * barWidth;
    context.textAlign = position === 0 ? "left" : position === 1 ? "right" : "center";
    context.beginPath();
    context.moveTo(Math.round(x - position) + 0.5, barTop + barHeight + 1);
    context.lineTo(Math.round(x - position) + 0.5, barTop + barHeight + 4);
    context.stroke();
    context.fillText(tick.label, x, barTop + barHeight + 6);
  }
  if (content.value !== undefined) drawMark(context, content, left, barWidth);
  if (content.nonFinite) {
    const x = left + barWidth + (content.over ? 22 : 10);
    paint(nonFiniteEntry);
    context.fillRect(x, barTop, barHeight, barHeight);
    context.strokeRect(x - 0.5, barTop - 0.5, barHeight + 1, barHeight + 1);
    context.fillStyle = css(theme.foreground);
    context.textAlign = "left";
    context.fillText("NaN, ∞", x + barHeight + 4, barTop);
  }
}

/** A triangle pointing outwards: "and beyond". */
function drawEnd(
  context: CanvasRenderingContext2D,
  x: number,
  direction: -1 | 1,
  paint: () => void,
  theme: Theme,
): void {
  paint();
  context.strokeStyle = css(theme.border);
  context.beginPath();
  context.moveTo(x, barTop);
  context.lineTo(x + direction * 9, barTop + barHeight / 2);
  context.lineTo(x, barTop + barHeight);
  context.closePath();
  context.fill();
  context.stroke();
}

function drawMark(
  context: CanvasRenderingContext2D,
  { scale, theme, value }: LegendContent,
  left: number,
  width: number,
): void {
  const position = scale.position(value ?? Number.NaN);
  if (!Number.isFinite(position) || position < 0 || position > 1) return;
  const x = Math.round(left + position * width);
  context.fillStyle = css(theme.background);
  context.fillRect(x - 2, barTop - 2, 5, barHeight + 4);
  context.fillStyle = css(theme.cursor);
  context.fillRect(x - 1, barTop - 2, 3, barHeight + 4);
}
