/** A number as the debugger shows it: six digits, and the same text for the same number everywhere. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const magnitude = Math.abs(value);
  const text = magnitude < 1e-4 || magnitude >= 1e9 ? value.toExponential(5) : value.toPrecision(6);
  // 0.500000 → 0.5, 1.20000e-7 → 1.2e-7
  return text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
}
