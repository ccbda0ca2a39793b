/** Colours as numbers: reading CSS colours, mixing evenly to the eye, packing into pixels. Pure. */

/** Red, green and blue 0..255, alpha 0..1. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

export const rgb = (r: number, g: number, b: number, a = 1): Color => ({ r, g, b, a });

/** Reads `#rgb[a]`, `#rrggbb[aa]`, `rgb()` and `rgba()`, which is all that a theme holds. */
export function parseColor(text: string): Color | undefined {
  const value = text.trim().toLowerCase();
  if (value === "transparent") return rgb(0, 0, 0, 0);
  if (/^#[0-9a-f]{3,8}$/.test(value)) {
    const digits = value.length < 6 ? value.slice(1).replace(/./g, "$&$&") : value.slice(1);
    if (digits.length !== 6 && digits.length !== 8) return undefined;
    const byte = (index: number): number => parseInt(digits.slice(2 * index, 2 * index + 2), 16);
    return rgb(byte(0), byte(1), byte(2), digits.length === 8 ? byte(3) / 255 : 1);
  }
  const call = /^rgba?\(([^)]*)\)$/.exec(value);
  if (!call) return undefined;
  const parts = call[1].split(/[\s,/]+/).filter((part) => part !== "");
  const numbers = parts.map((part) => parseFloat(part));
  if (numbers.length < 3 || numbers.some((number) => Number.isNaN(number))) return undefined;
  const alpha = parts.length < 4 ? 1 : parts[3].endsWith("%") ? numbers[3] / 100 : numbers[3];
  return rgb(numbers[0], numbers[1], numbers[2], alpha);
}

export function css(color: Color, alpha = color.a): string {
  return `rgba(${Math.round(color.r)}, ${Math.round(color.g)}, ${Math.round(color.b)}, ${alpha})`;
}

/** What is seen when `color` lies on an opaque `background`. */
export function over(color: Color, background: Color): Color {
  const blend = (top: number, bottom: number): number => top * color.a + bottom * (1 - color.a);
  return rgb(
    blend(color.r, background.r),
    blend(color.g, background.g),
    blend(color.b, background.b),
  );
}

/** Little-endian RGBA, as `ImageData` holds it. */
export function pack(color: Color): number {
  const packed =
    (byte(color.a * 255) << 24) | (byte(color.b) << 16) | (byte(color.g) << 8) | byte(color.r);
  return packed >>> 0;
}

export function unpack(pixel: number): Color {
  return rgb(pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, (pixel >>> 24) / 255);
}

/** Relative luminance of WCAG 2, 0 (black) to 1 (white). */
export function luminance(color: Color): number {
  const [r, g, b] = linearOf(color);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of WCAG 2, 1 to 21. */
export function contrast(one: Color, other: Color): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Mixes in Oklab (Ottosson 2020), where equal steps look equal. `share` 0 is `from`, 1 is `to`. */
export function mix(from: Color, to: Color, share: number): Color {
  const start = toOklab(from);
  const end = toOklab(to);
  const lab = start.map((value, index) => value + (end[index] - value) * share);
  return fromOklab(lab, from.a + (to.a - from.a) * share);
}

const byte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

const linearOf = (color: Color): readonly number[] =>
  [color.r, color.g, color.b].map((value) => toLinear(value / 255));

const encoded = (linear: number): number =>
  Math.max(0, Math.min(255, 255 * fromLinear(Math.max(0, linear))));

const toLinear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

const fromLinear = (value: number): number =>
  value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;

function toOklab(color: Color): readonly number[] {
  const [r, g, b] = linearOf(color);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]: readonly number[], alpha: number): Color {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return rgb(
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
    alpha,
  );
}
