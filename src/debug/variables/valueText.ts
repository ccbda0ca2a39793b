import type { Numbers, Value } from "../expression/value.ts";
import { formatNumber } from "../formatNumber.ts";

/** A single value as text: numbers with six digits, texts in quotation marks. */
export function valueText(value: Exclude<Value, Numbers>): string {
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
