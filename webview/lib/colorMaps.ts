/**
 * From a number to a colour: viridis for what is sequential, a map centred on zero for what has a
 * sign, and viridis over decades for the magnitudes of gradients. Pure.
 */
import { mix, pack, parseColor, rgb, unpack, type Color } from "./color.ts";

export type ScaleKind = "sequential" | "diverging" | "logarithmic";

/** Entries of a colour table: 256 along the scale, then these. */
export const underEntry = 256;
export const overEntry = 257;
export const nonFiniteEntry = 258;
const entries = 259;

/** 259 packed pixels, to be indexed by `ColorScale.entry`. */
export type ColorTable = Uint32Array<ArrayBuffer>;

export interface ColorScale {
  readonly kind: ScaleKind;
  /** Value at the lower and at the upper end of the scale. */
  readonly minimum: number;
  readonly maximum: number;
  /** Where a value lies, 0..1 along the scale and beyond; NaN for NaN. */
  position(value: number): number;
  /** The value at a position. */
  value(position: number): number;
  /** Entry of the colour table. */
  entry(value: number): number;
}

/** Decades that the scale of a gradient shows below the largest value: enough for float32's noise. */
export const gradientDecades = 8;

/**
 * @param kind A `diverging` scale is widened to be symmetric about zero; of a `logarithmic` scale
 *   values are magnitudes (signs are dropped), and zero lies under the range.
 */
export function colorScale(kind: ScaleKind, minimum: number, maximum: number): ColorScale {
  if (kind === "logarithmic") return logarithmicScale(minimum, maximum);
  const reach = Math.max(Math.abs(minimum), Math.abs(maximum));
  const low = kind === "diverging" ? -reach : minimum;
  const high = kind === "diverging" ? reach : maximum;
  const width = high - low;
  const position = (value: number): number =>
    width > 0 ? (value - low) / width : 0.5 + (value - low);
  return {
    kind,
    minimum: low,
    maximum: high,
    position,
    value: (at) => low + at * width,
    entry: (value) => entryAt(position(value), value),
  };
}

/** The scale for magnitudes of gradients: fixed decades below the largest value. */
export function gradientScale(largest: number, decades = gradientDecades): ColorScale {
  const top = largest > 0 && Number.isFinite(largest) ? largest : 1;
  return logarithmicScale(top * 10 ** -decades, top);
}

function logarithmicScale(minimum: number, maximum: number): ColorScale {
  const low = Math.log10(minimum);
  const width = Math.log10(maximum) - low;
  const position = (value: number): number => {
    const at = Math.log10(Math.abs(value)) - low;
    return width > 0 ? at / width : 0.5 + at;
  };
  return {
    kind: "logarithmic",
    minimum,
    maximum,
    position,
    value: (at) => 10 ** (low + at * width),
    entry: (value) => entryAt(position(value), value),
  };
}

/** A whisker beyond the ends is rounding, not out of range. */
const slack = 1e-6;

function entryAt(position: number, value: number): number {
  if (!Number.isFinite(value)) return nonFiniteEntry;
  if (position < -slack) return underEntry;
  if (position > 1 + slack) return overEntry;
  return Math.max(0, Math.min(255, Math.floor(position * 256)));
}

const stops = (colors: string): readonly Color[] =>
  colors.split(" ").map((color) => parseColor(color) ?? rgb(0, 0, 0));

/** Eleven even steps through viridis (van der Walt & Smith 2015, matplotlib's default). */
const viridis = stops(
  "#440154 #482475 #414487 #355f8d #2a788e #21918c #22a884 #44bf70 #7ad151 #bddf26 #fde725",
);

/** Blue and orange, told apart by every kind of colour vision; lightness says how far from zero. */
const divergingEnds = {
  dark: stops("#9cd7ff #3a8fe0 #ef8b2c #ffdca8"),
  light: stops("#08306b #3f8ed6 #e58533 #7f2704"),
};

/** What of a theme the maps depend on. */
export interface Palette {
  readonly isDark: boolean;
  readonly background: Color;
}

/** NaN and infinities: a colour that no scale comes near. */
const nonFiniteColor = rgb(255, 0, 200);

/** The colours of a scale in a theme. */
export function colorTable(kind: ScaleKind, palette: Palette): ColorTable {
  const table = new Uint32Array(entries);
  const ramp = kind === "diverging" ? divergingRamp(palette) : viridis;
  for (let entry = 0; entry < 256; entry++) table[entry] = pack(alongRamp(ramp, entry / 255));
  const black = rgb(0, 0, 0);
  const white = rgb(255, 255, 255);
  // A sequential scale ends dark and bright, so what lies beyond is darker and brighter still.
  table[underEntry] = kind === "diverging" ? table[0] : pack(mix(ramp[0], black, 0.6));
  table[overEntry] =
    kind === "diverging" ? table[255] : pack(mix(ramp[ramp.length - 1], white, 0.7));
  table[nonFiniteEntry] = pack(nonFiniteColor);
  return table;
}

/** The tables of a theme, each made when first needed. */
export function createColorTables(palette: Palette): (kind: ScaleKind) => ColorTable {
  const tables = new Map<ScaleKind, ColorTable>();
  return (kind) => {
    const table = tables.get(kind) ?? colorTable(kind, palette);
    tables.set(kind, table);
    return table;
  };
}

export const colorOf = (table: ColorTable, scale: ColorScale, value: number): Color =>
  unpack(table[scale.entry(value)]);

function divergingRamp(palette: Palette): readonly Color[] {
  const [farBelow, below, above, farAbove] = palette.isDark
    ? divergingEnds.dark
    : divergingEnds.light;
  // Zero recedes into the paper, a little apart from it so that the picture has an edge.
  const zero = mix(palette.background, palette.isDark ? rgb(255, 255, 255) : rgb(0, 0, 0), 0.06);
  return [farBelow, below, zero, above, farAbove];
}

function alongRamp(ramp: readonly Color[], position: number): Color {
  const at = position * (ramp.length - 1);
  const index = Math.min(ramp.length - 2, Math.floor(at));
  return mix(ramp[index], ramp[index + 1], at - index);
}
