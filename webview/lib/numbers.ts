/** Numbers as a person reads them: three significant digits, true minus signs, powers of ten. Pure. */

const superscriptDigits = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const superscript = (value: number): string =>
  String(value).replace(/./g, (character) =>
    character === "-" ? "⁻" : superscriptDigits[Number(character)],
  );

const minus = (text: string): string => text.replace("-", "−");

/** `10⁻⁶` */
export const formatPower = (exponent: number): string => `10${superscript(exponent)}`;

/** `0.123`, `−12.3`, `1,230`, `1.2×10⁻⁶`, `NaN`, `−∞`. */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    const short = String(Number(mantissa));
    const power = formatPower(Number(exponent));
    return minus(short === "1" ? power : short === "-1" ? `-${power}` : `${short}×${power}`);
  }
  const rounded = size >= 1000 ? Math.round(value) : Number(value.toPrecision(digits));
  return minus(Math.abs(rounded) >= 1000 ? formatCount(rounded) : String(rounded));
}

/**
 * A plain number that crossed from the host, where NaN and the infinities became one and the same:
 * `0.123`, `not finite`.
 */
export const formatMeasured = (value: number, digits = 3): string =>
  Number.isFinite(value) ? formatNumber(value, digits) : "not finite";

/** A tick's label: as many decimals as the distance between ticks needs, and no more. */
export function formatTick(value: number, step: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(step) < 1e-4)) return formatNumber(value);
  const decimals = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
  // Rounding may leave a negative zero.
  return minus((Math.round(value / step) * step || 0).toFixed(decimals));
}

/** `12 %`, `0.4 %`, `< 0.1 %`, `0 %`. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  if (!Number.isFinite(percent)) return "not finite";
  if (percent === 0) return "0 %";
  if (percent < 0.1) return "< 0.1 %";
  if (percent > 99.9 && percent < 100) return "> 99.9 %";
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

/** `1,234` */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** `(50, 1, 64)` */
export const formatShape = (shape: readonly number[]): string => `(${shape.join(", ")})`;

/** A token that can be seen: white space by its sign, and not longer than `length` characters. */
export function visibleToken(token: string, length = Number.POSITIVE_INFINITY): string {
  const seen = token
    .replaceAll("\n", "⏎")
    .replaceAll("\t", "⇥")
    .replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length));
  const characters = Array.from(seen);
  return characters.length <= length
    ? seen
    : `${characters.slice(0, Math.max(1, length - 1)).join("")}…`;
}
