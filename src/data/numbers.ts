/** Numbers as they stand in the cells of a table. */
import { errorAt } from "./files.ts";
import type { TextPlace } from "./split.ts";

/** A decimal number as programs write it; undefined for anything else: empty, NaN, 1,5, 12 °C. */
export function numberOf(cell: string): number | undefined {
  const text = cell.trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The number in a cell of the column `name`. @throws UserError at `place` when it is none. */
export function numberIn(cell: string, name: string, place: () => TextPlace): number {
  const value = numberOf(cell);
  if (value !== undefined) return value;
  const message =
    cell.trim() === ""
      ? `the cell of column "${name}" is empty.`
      : `"${cell.trim()}" in column "${name}" is not a number.`;
  const advice = /^[+-]?\d+,\d+$/.test(cell.trim())
    ? "Write decimals with a point."
    : "Fill in a number, remove the row, or leave the column out of the config.";
  throw errorAt(place(), "csv-number", message, advice);
}
