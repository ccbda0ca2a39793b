/** How the values of a gate or state are coloured, and what they say in words. Pure. */
import {
  isSaturatedHigh,
  isSaturatedLow,
  saturationLimits,
  type Activation,
} from "../../src/trace/activation.ts";
import { inputTensor, partTitles } from "../../src/trace/names.ts";
import { colorScale, type ColorScale } from "../lib/colorMaps.ts";
import type { EmptyState } from "../lib/emptyState.ts";
import { formatCount, formatNumber, formatShare, visibleToken } from "../lib/numbers.ts";
import type { ValueRange } from "../lib/steadyRange.ts";

/**
 * Sigmoid gates are always shown from 0 to 1 and tanh gates within ±1, so that two pictures can be
 * compared; states have the range that they reached.
 */
export function scaleOf(activation: Activation, range: ValueRange): ColorScale {
  if (activation === "sigmoid") return colorScale("sequential", 0, 1);
  if (activation === "tanh") return colorScale("diverging", -1, 1);
  // A tensor without a single finite value has no range.
  if (!Number.isFinite(range.minimum + range.maximum)) return colorScale("diverging", -1, 1);
  if (range.minimum >= 0) return colorScale("sequential", 0, range.maximum || 1);
  return colorScale("diverging", range.minimum, range.maximum);
}

export interface Summary extends ValueRange {
  readonly nonFiniteCount: number;
  readonly saturatedLow: number;
  readonly saturatedHigh: number;
}

/** One line about all values of a tensor: saturation where that has a meaning, else the range. */
export function summaryInWords(activation: Activation, summary: Summary): string {
  const { minimum, maximum, nonFiniteCount, saturatedLow, saturatedHigh } = summary;
  const broken =
    nonFiniteCount === 0
      ? ""
      : ` ${formatCount(nonFiniteCount)} ${nonFiniteCount === 1 ? "value is" : "values are"} not finite.`;
  if (activation === "unbounded") {
    const range = Number.isFinite(minimum + maximum)
      ? `Values from ${formatNumber(minimum)} to ${formatNumber(maximum)}.`
      : "No value is finite.";
    return `${range}${broken}`;
  }
  const { low, high } = saturationLimits[activation];
  return (
    `${formatShare(saturatedLow)} of values below ${formatNumber(low)}, ` +
    `${formatShare(saturatedHigh)} above ${formatNumber(high)}.${broken}`
  );
}

/** What one cell of the heatmap stands for. */
export interface CellFacts {
  readonly part: string;
  readonly unit: number;
  readonly value: number | undefined;
  /** Half-open. More than one step where the screen has no room for each. */
  readonly steps: { readonly from: number; readonly to: number };
  /** What the unit is called, where it has a name. */
  readonly name?: string | undefined;
  /** How many neighbouring units share the cell. */
  readonly unitCount: number;
  readonly token: string | undefined;
}

/** Two short lines for beside the pointer. */
export function cellLines(facts: CellFacts): readonly string[] {
  const { part, value, steps, unitCount, token } = facts;
  const several = steps.to - steps.from > 1 || unitCount > 1;
  const number = value === undefined ? "…" : formatNumber(value);
  const where =
    steps.to - steps.from > 1
      ? `steps ${steps.from}–${steps.to - 1}`
      : `step ${steps.from}${token === undefined ? "" : ` · ${visibleToken(token, 24)}`}`;
  const who =
    unitCount > 1 ? `${unitCount} units from ${facts.name ?? facts.unit}` : rowName(facts);
  return [`${part} = ${number}${several ? " (farthest out)" : ""}`, `${who} · ${where}`];
}

/** The cell as a sentence, for the line under the picture and for a screen reader. */
export function cellInWords(facts: CellFacts, activation: Activation): string {
  const { part, value, steps, token } = facts;
  const row = rowName(facts);
  const step = `Step ${steps.from}${token === undefined ? "" : `, “${visibleToken(token, 24)}”`}`;
  if (value === undefined) return `${step}, ${row}.`;
  const note = saturationNote(value, activation);
  return `${step}, ${row}: ${part} = ${formatNumber(value)}${note}.`;
}

export const rowName = ({ unit, name }: Pick<CellFacts, "unit" | "name">): string =>
  name ?? `unit ${unit}`;

function saturationNote(value: number, activation: Activation): string {
  if (!Number.isFinite(value)) return ", not a finite number";
  if (activation === "sigmoid") {
    if (isSaturatedLow(value, activation)) return ", shut (saturated)";
    return isSaturatedHigh(value, activation) ? ", open (saturated)" : "";
  }
  const saturated = isSaturatedLow(value, activation) || isSaturatedHigh(value, activation);
  return saturated ? " (saturated)" : "";
}

/** The name of the whole picture. */
export const pictureInWords = (
  tensor: string,
  part: string,
  units: number,
  steps: number,
): string =>
  `Heatmap of ${tensor}, ${partTitles[part]}: ${formatCount(units)} units by ${formatCount(steps)} steps`;

/** Says of what the colours are a measure. */
export function legendTitle(part: string, activation: Activation): string {
  if (activation === "sigmoid")
    return `${part}, activation of the ${partTitles[part]} (0 shut, 1 open)`;
  if (part === inputTensor)
    return `${part}, ${partTitles[part]} (as the network sees it: shifted and scaled)`;
  return `${part}, ${partTitles[part]} (no unit)`;
}

export const nothingYet = (busy: boolean): EmptyState => ({
  icon: "symbol-numeric",
  title: busy ? "Computing the trace…" : "See what every gate does",
  text:
    "Each row is a unit, each column a time step, each colour an activation. " +
    "Choose a sequence to step through, and its gates and states appear here.",
  actions: busy
    ? []
    : [
        { label: "Step Through Sequence…", icon: "debug-start", command: "unroll.stepThrough" },
        { label: "Train Model", icon: "play", command: "unroll.train" },
      ],
});
