/**
 * Where everything of the unrolled network stands, in CSS pixels: one column per time step, one row
 * per layer and direction, the input below and the output and its loss above. Pure: no canvas here.
 */
import { gatesOf, statesOf } from "../../src/trace/names.ts";
import type { Direction, LayerDescription, ModelDescription } from "../../src/trace/trace.ts";
import { stepsOfLayer } from "../../src/trace/activeSteps.ts";

/**
 * How much a column can say at its width. `full` writes numbers, `medium` draws small bars,
 * `compact` keeps the token and one coloured cell, `dense` is a strip of colour.
 */
export type Tier = "full" | "medium" | "compact" | "dense";

export interface Band {
  readonly y: number;
  readonly height: number;
}

/** A state that a cell hands to its neighbour, and the height at which it runs. */
export interface StateLine {
  readonly part: "h" | "c";
  /** Centre of the arrows. */
  readonly y: number;
  /** Room for the widest arrow. */
  readonly height: number;
}

/** One layer in one direction: a horizontal row of cells. */
export interface CellRow extends Band {
  readonly layer: number;
  readonly direction: Direction;
  readonly description: LayerDescription;
  /** Steps that it takes (half-open): in an encoder-decoder the source's or the target's. */
  readonly steps: readonly [from: number, to: number];
  readonly gates: readonly string[];
  /** Where the gates' bars stand inside the box. */
  readonly gateBand: Band;
  readonly states: readonly StateLine[];
  /** Tinted with the cell's activity; the whole box, except where rivers of gradient run below it. */
  readonly box: Band;
}

export interface TimelineLayout {
  readonly tier: Tier;
  readonly steps: number;
  /** In an encoder-decoder, the steps of the source, which come first. */
  readonly sourceSteps?: number;
  readonly columnWidth: number;
  readonly boxWidth: number;
  /** Names of rows, to the left of the first column. */
  readonly gutterWidth: number;
  /** Of no height when no loss is taken. */
  readonly loss: Band;
  readonly output: Band;
  /** From the top of the picture to its bottom: the last layer comes first. */
  readonly rows: readonly CellRow[];
  readonly input: Band;
  readonly axis: Band;
  /** Of everything, gutter included. */
  readonly width: number;
  readonly height: number;
}

export interface LayoutRequest {
  readonly model: ModelDescription;
  readonly steps: number;
  readonly sourceSteps?: number;
  readonly columnWidth: number;
  /** Width of the whole view; a narrow one gets a narrow gutter. */
  readonly viewportWidth: number;
  readonly output: "predictions" | "forecast";
  /** Absent: a loss is taken. */
  readonly hasLoss?: boolean;
  /** Named values of one row of dense input that are worth showing, 0 for tokens. */
  readonly inputValues: number;
  /** Height to fill where rows can use it, in pixels; 0 keeps every row as low as it may be. */
  readonly fillHeight: number;
  /**
   * Height beyond which cells say less than their width would allow, down to a token and a coloured
   * cell, so that a low view still shows the whole network; absent: as tall as it takes.
   */
  readonly mostHeight?: number;
}

export const gutterWidthOf = (viewportWidth: number): number => (viewportWidth < 480 ? 62 : 84);

interface Measures {
  readonly loss: number;
  readonly predictions: number;
  readonly forecast: number;
  /** Between rows, where the vertical arrows run. */
  readonly gap: number;
  readonly input: number;
}

const measures: Record<Tier, Measures> = {
  full: { loss: 38, predictions: 66, forecast: 78, gap: 24, input: 20 },
  medium: { loss: 34, predictions: 36, forecast: 56, gap: 20, input: 20 },
  compact: { loss: 26, predictions: 20, forecast: 48, gap: 14, input: 18 },
  dense: { loss: 24, predictions: 12, forecast: 48, gap: 8, input: 16 },
};

const padding = 8;
const axisHeight = 18;
const gateRowHeight = 14;
const stateRowHeight = 20;
const riverHeight = 14;
/** Rows may grow by this much to fill a tall view, gaps by less: beyond it they would only drift apart. */
const mostStretch = 2.2;
const mostGapStretch = 1.5;
/** Wider arrows would outshine the cells. */
const widestArrow = 24;

export function tierOf(columnWidth: number): Tier {
  if (columnWidth >= 96) return "full";
  if (columnWidth >= 46) return "medium";
  if (columnWidth >= 17) return "compact";
  return "dense";
}

export function layoutTimeline(request: LayoutRequest): TimelineLayout {
  const { mostHeight = Infinity, fillHeight } = request;
  const tiers = lowerTiers[tierOf(request.columnWidth)].map((tier) => stack(request, tier, 1));
  const lowest = tiers.find(({ height }) => height <= mostHeight) ?? tiers[tiers.length - 1];
  const stretch = Math.min(mostStretch, fillHeight / lowest.height);
  return stretch > 1 ? stack(request, lowest.tier, stretch) : lowest;
}

/** The tier of a column's width, then those that a low view may fall back to. */
const lowerTiers: Readonly<Record<Tier, readonly Tier[]>> = {
  full: ["full", "medium", "compact"],
  medium: ["medium", "compact"],
  compact: ["compact"],
  dense: ["dense"],
};

function stack(request: LayoutRequest, tier: Tier, stretch: number): TimelineLayout {
  const { model, steps, sourceSteps, columnWidth, hasLoss = true } = request;
  const measure = measures[tier];
  const stretched = (height: number): number => Math.floor(height * stretch);
  const gap = Math.floor(measure.gap * Math.min(mostGapStretch, stretch));
  let y = padding;
  const place = (height: number): Band => {
    const band = { y, height };
    y += height;
    return band;
  };

  const loss = place(hasLoss ? stretched(measure.loss) : 0);
  if (hasLoss) y += 6;
  const output = place(stretched(measure[request.output]));
  const rows: CellRow[] = [];
  for (let layer = model.layers.length - 1; layer >= 0; layer--) {
    const description = model.layers[layer];
    y += gap;
    // The reverse direction stands above the forward one, so that layer 0 forward is the lowest row.
    for (const [place_, direction] of [...description.directions].reverse().entries()) {
      if (place_ > 0) y += 6;
      const row = {
        ...placeRow(y, { tier, stretched }, layer, direction, description),
        steps: stepsOfLayer(request, layer),
      };
      rows.push(row);
      y += row.height;
    }
  }
  y += gap;
  const input = place(measure.input + (tier === "full" ? request.inputValues * 14 : 0));
  const axis = place(axisHeight);

  const gutterWidth = gutterWidthOf(request.viewportWidth);
  return {
    tier,
    steps,
    ...(sourceSteps !== undefined && { sourceSteps }),
    columnWidth,
    boxWidth: columnWidth - spacing(tier, columnWidth),
    gutterWidth,
    loss,
    output,
    rows,
    input,
    axis,
    width: gutterWidth + steps * columnWidth,
    height: y + 2,
  };
}

export const takesStep = ({ steps: [from, to] }: Pick<CellRow, "steps">, t: number): boolean =>
  t >= from && t < to;

function placeRow(
  y: number,
  { tier, stretched }: { readonly tier: Tier; readonly stretched: (height: number) => number },
  layer: number,
  direction: Direction,
  description: LayerDescription,
): Omit<CellRow, "steps"> {
  const gates: readonly string[] = gatesOf[description.cell];
  // c above h, as the cell is usually drawn: a highway along the top, the output along the bottom.
  const parts = (["c", "h"] as const).filter((part) =>
    (statesOf[description.cell] as readonly string[]).includes(part),
  );
  const common = { y, layer, direction, description, gates };

  if (tier === "full") {
    const stateHeight = stretched(stateRowHeight);
    const above = parts.includes("c") ? stateHeight : 0;
    const gateHeight = gates.length * stretched(gateRowHeight);
    const height = Math.max(40, 10 + above + gateHeight + stateHeight);
    const states = parts.map((part) => ({
      part,
      y: part === "c" ? y + 5 + stateHeight / 2 : y + height - 5 - stateHeight / 2,
      height: Math.min(widestArrow, stateHeight - 6),
    }));
    const gateBand = { y: y + 5 + above, height: gateHeight };
    return { ...common, height, gateBand, states, box: { y, height } };
  }
  if (tier === "dense") {
    const strip = stretched(14);
    const river = stretched(riverHeight);
    const height = strip + 2 + parts.length * river;
    const states = parts.map((part, index) => ({
      part,
      y: y + strip + 2 + (index + 0.5) * river,
      height: river - 2,
    }));
    return { ...common, height, gateBand: { y, height: 0 }, states, box: { y, height: strip } };
  }
  const low = tier === "medium" ? (gates.length > 0 ? 58 : 32) : parts.length > 1 ? 30 : 24;
  const height = stretched(low);
  const states = parts.map((part, index) => ({
    part,
    y: y + ((index + 0.5) * height) / parts.length,
    height: Math.min(12, height / parts.length - 2),
  }));
  const gateBand = { y: y + 6, height: tier === "medium" ? height - 12 : 0 };
  return { ...common, height, gateBand, states, box: { y, height } };
}

/** Room between neighbouring boxes, where the recurrent arrows run. */
function spacing(tier: Tier, columnWidth: number): number {
  if (tier === "full") return 30;
  if (tier === "medium") return 20;
  if (tier === "compact") return Math.round(Math.max(8, columnWidth * 0.36));
  return columnWidth >= 6 ? 1 : 0;
}

/** Left edge of a step's column; `scrollLeft` 0 puts step 0 beside the gutter. */
export const columnLeft = (layout: TimelineLayout, t: number): number =>
  layout.gutterWidth + t * layout.columnWidth;

export const boxLeft = (layout: TimelineLayout, t: number): number =>
  columnLeft(layout, t) + (layout.columnWidth - layout.boxWidth) / 2;
