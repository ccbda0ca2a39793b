/** What the model editor says: sizes, layers, findings, as a person reads them. Pure. */
import type {
  LayerPlace,
  ModelOverview,
  NetworkOverview,
} from "../../src/protocol/modelContract.ts";
import { functionsInWords } from "../../src/trace/cellFunctions.ts";
import { partTitles } from "../../src/trace/names.ts";
import type { LayerDescription } from "../../src/trace/trace.ts";
import { formatCount, formatNumber } from "../lib/numbers.ts";

const cellNames = { rnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;

/** `LSTM`, `RNN (relu)`, `GRU, reset before the product`. */
export function cellInWords({ cell, nonlinearity, reset, functions }: LayerDescription): string {
  if (functions) {
    const { [cell]: name } = cellNames;
    return `${name} (${functionsInWords(functions).join(", ") || "tanh"})`;
  }
  if (cell === "rnn") return `RNN (${nonlinearity ?? "tanh"})`;
  return cell === "gru" && reset === "before" ? "GRU, reset before the product" : cellNames[cell];
}

/** `4.8 MB` */
export function bytesInWords(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? bytes : value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`;
}

/** `2 × bidirectional LSTM, 128 units`, or layer by layer where they differ. */
export function networkInWords({ layers }: NetworkOverview): string {
  const each = layers.map(
    (layer) =>
      `${layer.directions.length === 2 ? "bidirectional " : ""}${cellInWords(layer)}, ${formatCount(layer.hidden)} units`,
  );
  if (new Set(each).size === 1) return each.length === 1 ? each[0] : `${each.length} × ${each[0]}`;
  return each.join(" → ");
}

export const partInWords = (part: string): string => `${part}: ${partTitles[part] ?? part}`;

export const isSame = (one: LayerPlace, other: LayerPlace): boolean =>
  one.network === other.network && one.layer === other.layer && one.direction === other.direction;

export const fileInWords = ({ title, bytes, elementCount }: ModelOverview): string =>
  `${title} · ${bytesInWords(bytes)} · ${formatCount(elementCount)} numbers`;

/** `4, 17, 90 and 12 others` */
export function unitsInWords(units: readonly number[]): string {
  const shown = units.slice(0, 8).join(", ");
  return units.length > 8 ? `${shown} and ${units.length - 8} others` : shown;
}

/** How long a cell state with this forget gate lasts: steps until half of it is left. */
export function halfLifeInWords(gate: number): string {
  if (gate >= 1) return "for ever";
  const steps = Math.log(0.5) / Math.log(gate);
  return steps < 1 ? "less than a step" : `${formatNumber(steps, 2)} steps`;
}
