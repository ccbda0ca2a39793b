/** Numbers, durations and networks as people read them. */
import { grouped } from "../data/wording.ts";
import type { ModelDescription } from "../trace/trace.ts";
import { variantWords } from "../trace/variantWords.ts";

/** 1,235,196 */
export const count = (value: number): string => grouped(Math.round(value));

/** Four significant digits: 1.234, 0.01234, 1.234e-7. */
export function measured(value: number | undefined): string {
  if (value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}

/** 850 ms, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "lstm 128 (h 32, peepholes) + lstm 128, 201,307 parameters" */
export function networkInWords({ layers, parameterCount }: ModelDescription): string {
  const stack = layers
    .map((layer) => {
      const variant = variantWords(layer).join(", ");
      return `${layer.cell} ${layer.hidden}${variant === "" ? "" : ` (${variant})`}`;
    })
    .join(" + ");
  return `${stack}, ${count(parameterCount)} parameters`;
}
