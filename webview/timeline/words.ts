/** What the timeline says in words: under the pointer, aloud, and beside the rows. Pure. */
import type { CellSummary, TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import type { Cursor } from "../../src/protocol/traceSummary.ts";
import { lossTitles, partTitles } from "../../src/trace/names.ts";
import type { LayerDescription, ModelDescription } from "../../src/trace/trace.ts";
import { variantWords } from "../../src/trace/variantWords.ts";
import { formatCount, formatMeasured, formatShare, visibleToken } from "../lib/numbers.ts";
import type { CellRow, StateLine } from "./layout.ts";
import type { Hit } from "./pointing.ts";

export const cellTitle = (layer: number, { cell }: LayerDescription): string =>
  `${layer} · ${cell.toUpperCase()}`;

export const directionTitle = (row: { readonly direction: CellRow["direction"] }): string =>
  row.direction === "reverse" ? "reverse in time" : "";

export const unitsText = (count: number): string =>
  `${formatCount(count)} ${count === 1 ? "unit" : "units"}`;

/** `64 units`, or `64 units · h 16 · peepholes` where the cell is not the plain one. */
export const layerText = (layer: LayerDescription): string =>
  [unitsText(layer.hidden), ...variantWords(layer)].join(" · ");

/** What one unit of the loss is. */
export const lossUnit = (model: ModelDescription): string => lossTitles[model.loss].unit;

/** A number in data's own units: enough digits to compare a forecast with the truth. */
export const valueText = (value: number): string => formatMeasured(value, 4);

export type Verdict = "right" | "wrong";

/** Whether the most probable class is the target; undefined where there is nothing to compare. */
export function verdictOf(column: TimelineColumn): Verdict | undefined {
  const best = column.predictions?.[0];
  if (!best || column.targetLabel === undefined) return undefined;
  return best.label === column.targetLabel ? "right" : "wrong";
}

export const cellAt = (
  column: TimelineColumn,
  row: { readonly layer: number; readonly direction: CellRow["direction"] },
): CellSummary | undefined =>
  column.cells.find((cell) => cell.layer === row.layer && cell.direction === row.direction);

export const gradientNorm = (cell: CellSummary, part: StateLine["part"]): number | undefined =>
  part === "c" ? cell.cGradientNorm : cell.hGradientNorm;

/** What comes back into a state through the arrow from the step after it, which is not all of its gradient. */
export const gradientThroughTime = (
  cell: CellSummary,
  part: StateLine["part"],
): number | undefined =>
  part === "c"
    ? (cell.cGradientFromFutureNorm ?? cell.cGradientNorm)
    : (cell.hGradientFromFutureNorm ?? cell.hGradientNorm);

/** What comes back into h from the layer above, or from the loss. */
export const gradientFromAbove = (cell: CellSummary): number | undefined =>
  cell.hGradientFromAboveNorm ?? cell.hGradientNorm;

export const stateNorm = (cell: CellSummary, part: StateLine["part"]): number | undefined =>
  part === "c" ? cell.cNorm : cell.hNorm;

/** Lines of the box beside the pointer. `column` is that of the hit's `sourceStep`, where it is known. */
export function hitLines(
  hit: Hit,
  column: TimelineColumn | undefined,
  model: ModelDescription,
): readonly string[] {
  const where = stepTitle(hit.t, column);
  if (!column) return [where, "…"];
  if (hit.kind === "cell") return [where, ...cellLines(hit.row, column)];
  if (hit.kind === "recurrent") return arrowLines(hit, column);
  if (hit.kind === "vertical") return [...verticalLines(hit.row, column), where];
  if (hit.kind === "loss") {
    return [
      where,
      column.loss === undefined ? "no loss is taken here" : lossText(column.loss, model),
    ];
  }
  if (hit.kind === "input") return [where, ...inputLines(column)];
  return [where, ...outputLines(column)];
}

const stepTitle = (t: number, column: TimelineColumn | undefined): string =>
  `step ${t}${column === undefined || column.input === "" ? "" : ` · ${visibleToken(column.input, 24)}`}`;

/** `loss 2.41 nats` */
export const lossText = (loss: number, model: ModelDescription): string =>
  `loss ${formatMeasured(loss)}` + (Number.isFinite(loss) ? ` ${lossUnit(model)}` : "");

function cellLines(row: CellRow, column: TimelineColumn): readonly string[] {
  const cell = cellAt(column, row);
  if (!cell) return [cellTitle(row.layer, row.description)];
  const direction = directionTitle(row);
  const title = `${cellTitle(row.layer, row.description)}, ${layerText(row.description)}`;
  return [
    direction ? `${title}, ${direction}` : title,
    ...cell.gates.map(
      ({ part, mean, saturated }) =>
        `${part} (${partTitles[part]}): mean ${formatMeasured(mean)}, ${formatShare(saturated)} saturated`,
    ),
    ...row.states.map(({ part }) => {
      const gradient = gradientNorm(cell, part);
      const norm = `‖${part}‖ ${formatMeasured(stateNorm(cell, part) ?? NaN)}`;
      return gradient === undefined ? norm : `${norm} · ‖dL/d${part}‖ ${gradientText(gradient)}`;
    }),
  ];
}

function arrowLines(
  { t, row, state }: Extract<Hit, { kind: "recurrent" }>,
  column: TimelineColumn,
): readonly string[] {
  const cell = cellAt(column, row);
  const [from, to] = row.direction === "reverse" ? [t + 1, t] : [t, t + 1];
  const carried = cell && gradientThroughTime(cell, state.part);
  const title = `${partTitles[state.part]} ${state.part}, layer ${row.layer}: step ${from} → ${to}`;
  return carried === undefined
    ? [title]
    : [
        title,
        `gradient through time into step ${from}: ‖dL/d${state.part}‖ = ${gradientText(carried)}`,
      ];
}

function verticalLines(row: CellRow | undefined, column: TimelineColumn): readonly string[] {
  const cell = row && cellAt(column, row);
  const norm = row ? cell && gradientFromAbove(cell) : column.inputGradientNorm;
  const name = row ? `h of layer ${row.layer}, upwards` : "input, upwards";
  const symbol = row ? "‖dL/dh‖ from above" : "‖dL/dx‖";
  return norm === undefined ? [name] : [name, `${symbol} = ${gradientText(norm)}`];
}

const gradientText = (norm: number): string =>
  norm === 0 ? "0 (no loss there)" : formatMeasured(norm);

function inputLines(column: TimelineColumn): readonly string[] {
  const values = (column.inputValues ?? []).map(({ name, value }) => `${name} ${valueText(value)}`);
  const gradient = column.inputGradientNorm;
  return gradient === undefined ? values : [...values, `‖dL/dx‖ ${gradientText(gradient)}`];
}

function outputLines(column: TimelineColumn): readonly string[] {
  const predictions = (column.predictions ?? [])
    .slice(0, 5)
    .map(({ label, probability }) => `${visibleToken(label, 20)}  ${formatShare(probability)}`);
  const forecast = (column.forecast ?? []).slice(0, 8).map(forecastText);
  const verdict = verdictOf(column);
  const target =
    column.targetLabel === undefined
      ? []
      : [`target ${visibleToken(column.targetLabel, 20)}${verdict ? `: ${verdict}` : ""}`];
  const begins =
    column.begins === undefined ? [] : [`label ${visibleToken(column.begins, 20)} begins here`];
  const lines = [...predictions, ...begins, ...target, ...forecast];
  return lines.length > 0 ? lines : ["no output is read here"];
}

export const forecastText = (forecast: {
  readonly name: string;
  readonly predicted: number;
  readonly truth?: number;
  readonly deviation?: number;
}): string =>
  `${forecast.name}: predicted ${valueText(forecast.predicted)}` +
  (forecast.deviation === undefined ? "" : ` ± ${valueText(forecast.deviation)}`) +
  (forecast.truth === undefined ? "" : `, true ${valueText(forecast.truth)}`);

/** The current column in sentences, read aloud once the cursor rests. */
export function columnInWords(
  column: TimelineColumn,
  cursor: Cursor,
  model: ModelDescription,
  tokenOf: (t: number) => string | undefined = () => undefined,
): string {
  const sentences = [`Step ${column.t}${column.input === "" ? "" : `, ${spoken(column.input)}`}`];
  const best = column.predictions?.[0];
  if (best) {
    const verdict = verdictOf(column);
    const target = column.targetLabel === undefined ? "" : `, target ${spoken(column.targetLabel)}`;
    sentences.push(
      `Prediction ${spoken(best.label)} with ${formatShare(best.probability)}${target}` +
        (verdict === undefined ? "" : `, ${verdict}`),
    );
  }
  if (column.begins !== undefined) sentences.push(`Label ${spoken(column.begins)} begins here`);
  sentences.push(...(column.forecast ?? []).slice(0, 3).map(forecastText));
  if (column.attention) sentences.push(attentionText(column.attention, tokenOf));
  if (column.loss !== undefined) sentences.push(`Loss ${formatMeasured(column.loss)}`);
  const cell = cellAt(column, cursor);
  const layer = model.layers[cursor.layer];
  if (cell && layer) {
    const gates = cell.gates.map(({ part, mean }) => `${partTitles[part]} ${formatMeasured(mean)}`);
    const norm = `norm of h ${formatMeasured(cell.hNorm)}`;
    const gradient =
      cell.hGradientNorm === undefined ? [] : [`gradient ${formatMeasured(cell.hGradientNorm)}`];
    const name = `Layer ${cursor.layer}, ${layer.cell.toUpperCase()}`;
    sentences.push(`${name}: ${[...gates, norm, ...gradient].join(", ")}`);
  }
  return `${sentences.join(". ")}.`;
}

/** The three steps that are looked at most. */
export function attentionText(
  weights: readonly number[],
  tokenOf: (t: number) => string | undefined,
): string {
  const most = weights
    .map((weight, t) => ({ weight, t }))
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, 3)
    .filter(({ weight }) => weight >= 0.01);
  const places = most.map(({ weight, t }) => {
    const token = tokenOf(t);
    return `${token === undefined ? "" : `${spoken(token)} at `}step ${t} ${formatShare(weight)}`;
  });
  return `Looks at ${places.join(", ")}`;
}

/** White space has no sound. */
function spoken(token: string): string {
  const names: Readonly<Record<string, string>> = { " ": "space", "\n": "line break", "\t": "tab" };
  return names[token] ?? `“${token}”`;
}

/** The name of the whole picture. */
export const timelineInWords = (model: ModelDescription, steps: number): string =>
  `The network unrolled over ${formatCount(steps)} ${steps === 1 ? "step" : "steps"}, ` +
  `${model.layers.length} recurrent ${model.layers.length === 1 ? "layer" : "layers"}`;

export const timelineKeyboardHelp =
  "Left and right arrows move one step, with Shift ten; up and down change the layer; Home and End " +
  "go to the first and last step; Page Up and Page Down turn a page; Space plays and pauses; plus " +
  "and minus zoom, zero shows as much as fits.";
