/** One plot as a Chart.js line chart, without its animations, legend and tooltip, in the theme's colours. */
import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type ChartDataset,
  type Plugin,
} from "chart.js";
import { css, type Color } from "../lib/color.ts";
import { formatNumber } from "../lib/numbers.ts";
import type { Theme } from "../lib/theme.ts";
import type { Line, Mark, Plot } from "./plots.ts";
import type { Point, RunSeries } from "./runSeries.ts";
import { tickLabels, valueAxis, type ValueAxis } from "./valueAxis.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export interface ChartContent {
  readonly plot: Plot;
  readonly theme: Theme;
  readonly colorOf: (run: RunSeries) => Color;
  readonly axisTitle: string;
  /** Right end of the horizontal axis, the same for all plots. */
  readonly end: number;
  /** Where the values are read. */
  readonly probe: number | undefined;
}

export interface CurveChart {
  update(content: ChartContent): void;
  /** The place on the horizontal axis under a pixel of the canvas; undefined outside the plot. */
  positionAt(offsetX: number): number | undefined;
  dispose(): void;
}

type LineChart = Chart<"line", Point[]>;

/** Labels of every plot take this much, so that plots one above the other share their horizontal axis. */
const labelWidth = 52;

export function createCurveChart(canvas: HTMLCanvasElement): CurveChart {
  let content: ChartContent | undefined;
  let shownAxis: string | undefined;
  const reader: Plugin<"line"> = {
    id: "reader",
    afterDatasetsDraw: (chart) => {
      if (content) drawProbe(chart as LineChart, content);
    },
  };
  const chart: LineChart = new Chart<"line", Point[]>(canvas, {
    type: "line",
    data: { datasets: [] },
    plugins: [reader],
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      // Values are read by our own crosshair, which the keyboard can move too.
      events: [],
      parsing: false,
      normalized: true,
      layout: { padding: { top: 6, right: 8 } },
    },
  });

  return {
    update(next) {
      const axis = valueAxis(next.plot);
      const isNewAxis = JSON.stringify(axis) !== shownAxis;
      const isNewTheme = content?.theme !== next.theme;
      content = next;
      shownAxis = JSON.stringify(axis);
      if (isNewAxis || isNewTheme) chart.options.scales = scalesOf(next, axis);
      else Object.assign(chart.options.scales?.x ?? {}, horizontal(next));
      chart.data.datasets = [
        ...next.plot.lines.map((line) => lineSet(line, next)),
        ...next.plot.marks.map((mark) => markSet(mark, next)),
      ];
      chart.update("none");
    },
    positionAt(offsetX) {
      const { left, right } = chart.chartArea;
      if (offsetX < left - 4 || offsetX > right + 4) return undefined;
      return chart.scales.x.getValueForPixel(Math.min(right, Math.max(left, offsetX)));
    },
    dispose: () => chart.destroy(),
  };
}

// ------------------------------------------------------------------- lines

function lineSet(line: Line, { colorOf, theme }: ChartContent): ChartDataset<"line", Point[]> {
  const color = colorOf(line.run);
  const isSparse = line.points.length <= 60;
  const isFaint = line.stroke === "faint";
  const isBroad = line.stroke === "broad";
  const stroke = css(color, isFaint || isBroad ? (theme.isHighContrast ? 0.6 : 0.4) : 1);
  return {
    // Chart.js does not write to points that it need not parse.
    data: line.points as Point[],
    // A dot at the edge is a whole one.
    clip: 4,
    borderColor: stroke,
    backgroundColor: stroke,
    borderWidth: isBroad ? 4 : isFaint ? 1 : 1.75,
    borderDash: line.stroke === "dashed" ? [5, 4] : [],
    borderJoinStyle: "round",
    pointRadius: line.stroke === "dashed" && isSparse ? 2 : line.points.length === 1 ? 2.5 : 0,
    order: isFaint || isBroad ? 2 : 1,
  };
}

/** A diamond with an edge in the paper's colour, so that it stands off from the lines beneath. */
function markSet(mark: Mark, { colorOf, theme }: ChartContent): ChartDataset<"line", Point[]> {
  return {
    data: [mark.point],
    showLine: false,
    pointStyle: "rectRot",
    pointRadius: 5.5,
    pointBackgroundColor: css(colorOf(mark.run)),
    pointBorderColor: css(theme.background),
    pointBorderWidth: 1.5,
    order: 0,
  };
}

function drawProbe(chart: LineChart, { probe, theme, plot, colorOf }: ChartContent): void {
  if (probe === undefined) return;
  const { ctx: context, chartArea: area, scales } = chart;
  const x = Math.round(scales.x.getPixelForValue(probe)) + 0.5;
  if (x < area.left || x > area.right + 1) return;
  context.save();
  context.strokeStyle = css(theme.cursor, 0.7);
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, area.top);
  context.lineTo(x, area.bottom);
  context.stroke();
  for (const line of plot.lines) {
    if (line.stroke === "faint" && plot.kind === "loss") continue;
    const point = line.points.find((candidate) => candidate.x === probe);
    if (!point || Number.isNaN(point.y)) continue;
    context.fillStyle = css(colorOf(line.run));
    context.strokeStyle = css(theme.background);
    context.beginPath();
    context.arc(x, scales.y.getPixelForValue(point.y), 4, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  context.restore();
}

// ------------------------------------------------------------------- scales

type Scales = NonNullable<LineChart["options"]["scales"]>;

function scalesOf(content: ChartContent, axis: ValueAxis | undefined): Scales {
  const { plot, theme } = content;
  const look = lookOf(theme);
  return {
    x: { ...look, ...horizontal(content) },
    y: {
      ...look,
      type: plot.isLogarithmic ? "logarithmic" : "linear",
      afterFit: (scale) => {
        scale.width = labelWidth;
      },
      ...(axis && {
        min: axis.minimum,
        max: axis.maximum,
        afterBuildTicks: (scale) => {
          scale.ticks = axis.ticks.map((value) => ({ value, major: false }));
        },
      }),
      ticks: {
        ...look.ticks,
        maxTicksLimit: 6,
        callback: (_, index, ticks) =>
          tickLabels(
            ticks.map(({ value }) => value),
            plot.isShare,
          )[index],
      },
    },
  };
}

const horizontal = ({ axisTitle, end, theme }: ChartContent) =>
  ({
    type: "linear",
    min: 0,
    max: end > 0 ? end : 1,
    title: {
      display: true,
      text: axisTitle,
      color: css(theme.muted),
      font: fontOf(theme),
      padding: { top: 2 },
    },
    ticks: {
      color: css(theme.muted),
      font: fontOf(theme),
      maxRotation: 0,
      autoSkipPadding: 16,
      includeBounds: false,
      callback: (value: number | string) => formatNumber(Number(value), 4),
    },
  }) as const;

const lookOf = (theme: Theme) => ({
  grid: { color: css(theme.grid), tickColor: css(theme.grid), tickLength: 4 },
  border: { color: css(theme.border) },
  ticks: { color: css(theme.muted), font: fontOf(theme) },
});

const fontOf = (theme: Theme) => ({
  family: theme.font.family,
  size: Math.max(10, Math.round(theme.font.size * 0.85)),
});
