/**
 * Where the parts of the gates picture lie: the heatmap with unit numbers to its left and the
 * saturation of every unit to its right, the selected unit's trace beneath, and one time axis for
 * both. Pure.
 */
import { stepWidth, timeAxisHeight, tokenWidth, type TimeScale } from "../lib/axes.ts";
import type { HeatmapGeometry, Rectangle } from "../lib/heatmapGeometry.ts";
import type { Span } from "../lib/span.ts";

export interface GatesLayout {
  readonly heatmap: HeatmapGeometry;
  /** Absent where saturation has no meaning. */
  readonly saturation: Rectangle | undefined;
  /** The selected unit over time; absent in a low view, where units need the height. */
  readonly trace: Rectangle | undefined;
  readonly axisTop: number;
  /** Whether a step is wide enough to have its token written below it. */
  readonly withTokens: boolean;
}

export interface GatesView {
  readonly width: number;
  readonly height: number;
  readonly steps: Span;
  readonly units: Span;
  readonly saturates: boolean;
  /** Rows have names, which take more room than numbers. */
  readonly named?: boolean;
}

/** Left of both pictures: unit numbers, and values of the trace. */
const [numberGutter, nameGutter] = [34, 62];
const captionHeight = 18;
const gap = 8;
/** Below this height there is no trace. */
const traceFrom = 240;

export function gatesLayout(view: GatesView): GatesLayout {
  const { width, height, steps, units } = view;
  const gutter = view.named && width > 240 ? nameGutter : numberGutter;
  const stripWidth = view.saturates ? (width > 560 ? 56 : 26) : 0;
  const plotWidth = Math.max(20, width - gutter - (stripWidth > 0 ? stripWidth + 6 : 2));
  const time: TimeScale = { span: steps, left: gutter, width: plotWidth };
  const withTokens = stepWidth(time) >= tokenWidth;
  const axisHeight = timeAxisHeight(withTokens);
  const traceHeight = Math.max(40, Math.min(96, Math.round(height * 0.2)));
  const below = height < traceFrom ? 0 : gap + captionHeight + traceHeight;
  const heatmapHeight = Math.max(20, height - captionHeight - below - axisHeight);
  const heatmap: HeatmapGeometry = { time, units, top: captionHeight, height: heatmapHeight };
  const axisTop = captionHeight + heatmapHeight + below;
  return {
    heatmap,
    saturation:
      stripWidth > 0
        ? {
            left: gutter + plotWidth + 6,
            top: captionHeight,
            width: stripWidth,
            height: heatmapHeight,
          }
        : undefined,
    trace:
      below > 0
        ? { left: gutter, top: axisTop - traceHeight, width: plotWidth, height: traceHeight }
        : undefined,
    axisTop,
    withTokens,
  };
}

/** Beyond this height rows would be taller than a line of text: few units are not blown up. */
export const preferredHeight = (units: number): number =>
  captionHeight * 2 + gap + 96 + timeAxisHeight(true) + Math.max(120, units * 20);
