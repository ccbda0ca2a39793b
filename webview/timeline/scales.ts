/**
 * The scales of the timeline: how wide an arrow is for a gradient's norm, how tall a bar is for a
 * loss. Pure numbers in, pixels out.
 */
import type { TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import { layerTensor } from "../../src/trace/names.ts";
import type { ModelDescription } from "../../src/trace/trace.ts";
import type { ColorScale } from "../lib/colorMaps.ts";
import type { CellRow, StateLine } from "./layout.ts";

/**
 * How much of an arrow's full width a gradient's norm gets: 1 for the largest, 0 for one that has
 * vanished (exactly zero, or so many decades below that no arrow can show it). The decades are those
 * of every gradient in Unroll, and the same for every trace, so that an RNN and an LSTM compare.
 */
export function gradientShare(scale: ColorScale, norm: number): number {
  if (norm === Infinity) return 1;
  const position = scale.position(norm);
  return norm > 0 && position >= 0 ? Math.min(1, Math.max(leastShare, position)) : 0;
}

/** What is on the scale at all must differ from what has vanished. */
const leastShare = 0.08;

/** Width in pixels of an arrow in a line that has room for `room`; at least a visible hair. */
export const arrowWidth = (share: number, room: number): number => Math.max(1, share * room);

/** What a trace has shown so far: extremes over every column that was ever loaded. */
export interface Extremes {
  loss: number;
  gradient: number;
  /** Largest root mean square of each state, by the name of its tensor. */
  readonly states: Map<string, number>;
  /** Of the forecast's and the truth's values, per name. */
  readonly forecast: Map<string, readonly [low: number, high: number]>;
}

export const noExtremes = (): Extremes => ({
  loss: 0,
  gradient: 0,
  states: new Map(),
  forecast: new Map(),
});

export function extend(extremes: Extremes, columns: readonly TimelineColumn[]): void {
  for (const column of columns) {
    if (column.loss !== undefined && Number.isFinite(column.loss)) {
      extremes.loss = Math.max(extremes.loss, column.loss);
    }
    for (const cell of column.cells) {
      for (const norm of [cell.hGradientNorm, cell.cGradientNorm]) {
        if (norm !== undefined && Number.isFinite(norm)) {
          extremes.gradient = Math.max(extremes.gradient, norm);
        }
      }
    }
    for (const { name, predicted, truth, deviation = 0 } of column.forecast ?? []) {
      let [low, high] = extremes.forecast.get(name) ?? [Infinity, -Infinity];
      const band = 2 * deviation;
      for (const value of [predicted - band, predicted + band, truth]) {
        if (value === undefined || !Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      if (low <= high) extremes.forecast.set(name, [low, high]);
    }
  }
}

/**
 * The loss at which a bar is full. For classes it is at least ln(O), what guessing costs, so that a
 * short bar means "better than guessing" whatever the sequence.
 */
export function fullLoss(model: ModelDescription, extremes: Extremes): number {
  const guessing = model.loss === "cross-entropy" ? Math.log(Math.max(2, model.output.size)) : 0;
  return Math.max(guessing, extremes.loss) || 1;
}

export function noteState(extremes: Extremes, key: string, value: number): void {
  if (Number.isFinite(value) && value > (extremes.states.get(key) ?? 0)) {
    extremes.states.set(key, value);
  }
}

/**
 * The activity at which a state's bar is full: 1 for an h that a tanh bounds; the largest of the
 * sequence for a cell state or behind a relu, which know no bound.
 */
export function fullActivity(
  extremes: Extremes,
  { layer, direction, description }: CellRow,
  part: StateLine["part"],
): number {
  if (part === "h" && description.nonlinearity !== "relu" && !description.functions) return 1;
  return extremes.states.get(layerTensor(layer, direction, part)) ?? 1;
}

/** Root of the mean square: ‖h‖/√H, which a tanh keeps within 0..1 whatever the layer's size. */
export const activity = (norm: number, hidden: number): number =>
  norm / Math.sqrt(Math.max(1, hidden));
