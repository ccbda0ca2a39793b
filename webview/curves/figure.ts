/**
 * A plot with its caption: title and unit, what its strokes mean, and the values where the crosshair
 * stands. The crosshair is moved by the mouse or by arrow keys and shared by all plots.
 */
import { html, render } from "lit";
import { css } from "../lib/color.ts";
import { formatMeasured, formatNumber, formatShare } from "../lib/numbers.ts";
import { createTextAlternative } from "../lib/textAlternative.ts";
import { createCurveChart, type ChartContent } from "./chart.ts";
import { strokeKey } from "./legend.ts";
import { strokesOf, type Line, type Plot, type PlotKind } from "./plots.ts";
import { nearestPoint, stepAlong } from "./readings.ts";

export interface PlotFigure {
  readonly kind: PlotKind;
  update(content: ChartContent): void;
  dispose(): void;
}

export function createPlotFigure(
  parent: HTMLElement,
  kind: PlotKind,
  moveProbe: (x: number | undefined) => void,
): PlotFigure {
  const figure = parent.appendChild(document.createElement("figure"));
  figure.className = `plot ${kind}`;
  const caption = figure.appendChild(document.createElement("figcaption"));
  const frame = figure.appendChild(document.createElement("div"));
  frame.className = "plot-frame";
  const canvas = frame.appendChild(document.createElement("canvas"));
  canvas.tabIndex = 0;
  const output = figure.appendChild(document.createElement("span"));
  output.className = "visually-hidden";
  const text = createTextAlternative(canvas, output);
  const chart = createCurveChart(canvas);
  let content: ChartContent | undefined;

  canvas.addEventListener("pointermove", (event) => {
    const x = chart.positionAt(event.offsetX);
    moveProbe(x === undefined || !content ? undefined : snap(content.plot, x));
  });
  canvas.addEventListener("pointerleave", () => moveProbe(undefined));
  canvas.addEventListener("keydown", (event) => {
    const points = content && densest(content.plot);
    if (!content || !points || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = keySteps(event, points.length);
    if (by === undefined) return;
    event.preventDefault();
    moveProbe(by === 0 ? undefined : stepAlong(points, content.probe, by));
  });
  canvas.addEventListener("blur", () => moveProbe(undefined));

  return {
    kind,
    update(next) {
      content = next;
      chart.update(next);
      render(captionOf(next), caption);
      text.name(
        `${next.plot.title}, ${next.plot.unit}, over ${next.axisTitle}. Arrow keys read values.`,
      );
      text.describe(readingInWords(next));
    },
    dispose() {
      chart.dispose();
      figure.remove();
    },
  };
}

/** Points to move by; 0 for Escape; undefined for keys that mean nothing here. */
function keySteps(event: KeyboardEvent, count: number): number | undefined {
  const many = event.shiftKey ? 10 : 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -many,
    ArrowRight: many,
    PageUp: -Math.ceil(count / 10),
    PageDown: Math.ceil(count / 10),
    Home: -count,
    End: count,
    Escape: 0,
  };
  return steps[event.key];
}

/** The curve with the most points is the one to walk along. */
const densest = ({ lines }: Plot): Line["points"] | undefined =>
  lines.toSorted((a, b) => b.points.length - a.points.length)[0]?.points;

const snap = (plot: Plot, x: number): number | undefined => nearestPoint(densest(plot) ?? [], x)?.x;

const valueText = ({ isShare }: Plot, value: number): string =>
  isShare ? formatShare(value) : formatMeasured(value, 4);

/** Faint copies of a line that is there in full are not read. */
const readLines = ({ lines, kind }: Plot): readonly Line[] =>
  lines.filter(({ stroke }) => kind !== "loss" || stroke !== "faint");

function captionOf({ plot, probe, colorOf, axisTitle }: ChartContent) {
  const reading =
    probe === undefined
      ? ""
      : html`<span class="reading"
          ><span class="place">${formatNumber(probe, 5)} ${axisTitle}</span> ${readLines(plot).map(
            (line) => {
              const point = nearestPoint(line.points, probe);
              const color = css(colorOf(line.run));
              return (
                point &&
                html`<span class="value" title=${`${line.run.name}, ${line.name}`}
                  ><svg viewBox="0 0 8 8" aria-hidden="true">
                    <circle cx="4" cy="4" r="3.5" fill=${color}></circle></svg
                  >${line.name} <b>${valueText(plot, point.y)}</b></span
                >`
              );
            },
          )}</span
        >`;
  return html`<span class="plot-title"
      ><b>${plot.title}</b> <span class="unit">${plot.unit}</span></span
    >
    ${probe === undefined ? strokeKey(strokesOf(plot), plot.marks.length > 0) : reading}`;
}

function readingInWords({ plot, probe, axisTitle }: ChartContent): string {
  if (probe === undefined) return "";
  const values = readLines(plot).flatMap((line) => {
    const point = nearestPoint(line.points, probe);
    return point ? [`${line.run.name}, ${line.name}: ${valueText(plot, point.y)}`] : [];
  });
  return `At ${formatNumber(probe, 5)} ${axisTitle}. ${values.join(". ")}.`;
}
