/** A counterfactual trace beside its original: whether its values are shown, or what differs. */
import type { TemplateResult } from "lit";
import { partTitles } from "../../src/trace/names.ts";
import { colorScale, type ColorScale } from "../lib/colorMaps.ts";
import { choose } from "../lib/controls.ts";
import type { ValueRange } from "../lib/steadyRange.ts";

export type Comparison = "change" | "value";

const choices = [
  { value: "change", label: "Edited − original" },
  { value: "value", label: "As edited" },
];

export const comparisonControl = (
  compared: Comparison,
  chooseComparison: (next: Comparison) => void,
): TemplateResult =>
  choose("Values", choices, compared, (value) =>
    chooseComparison(value === "value" ? "value" : "change"),
  );

/** Zero in the middle, both sides alike, so that a colour's strength is the size of the change. */
export function changeScale({ minimum, maximum }: ValueRange): ColorScale {
  const largest = Math.max(Math.abs(minimum), Math.abs(maximum));
  const reach = Number.isFinite(largest) && largest > 0 ? largest : 1;
  return colorScale("diverging", -reach, reach);
}

export const changeLegendTitle = (part: string): string =>
  `Δ${part}, ${partTitles[part]}: edited − original (no unit)`;
