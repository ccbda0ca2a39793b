import type { Numbers, Value } from "../expression/value.ts";
import { formatNumber } from "../formatNumber.ts";

/** A single value as text: numbers with six digits, texts in quotation marks unless they are lists of such. */
export function valueText(value: Exclude<Value, Numbers>): string {
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return value.includes('"') ? value : JSON.stringify(value);
  return String(value);
}
