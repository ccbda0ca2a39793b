/**
 * The vertical axis of a plot. It ends where values can end: at zero when none is negative, at 100 % of a share. A constant
 * value stands flat above zero instead of in an invented range, and a log axis has round numbers however little it spans.
 * Pure.
 */
import { niceTicks } from "../lib/axes.ts";
import { formatNumber } from "../lib/numbers.ts";
import type { Plot } from "./plots.ts";

export interface ValueAxis {
  readonly minimum: number;
  readonly maximum: number;
  readonly ticks: readonly number[];
}

/** What stands beside each tick: as few digits as tell them all apart, but three at least of a number that is no share. */
export function tickLabels(ticks: readonly number[], isShare: boolean): readonly string[] {
  const written = (extra: number): readonly string[] =>
    ticks.map((value) =>
      isShare ? `${(100 * value).toFixed(extra)} %` : formatNumber(value, 3 + extra),
    );
  const choices = [0, 1, 2, 3].map(written);
  return choices.find((labels) => new Set(labels).size === ticks.length) ?? choices[3];
}

/** Undefined where there are no values. */
export function valueAxis(
  plot: Pick<Plot, "kind" | "lines" | "marks" | "isLogarithmic" | "isShare">,
): ValueAxis | undefined {
  let low = Infinity;
  let high = -Infinity;
  const note = ({ y }: { readonly y: number }): void => {
    if (!Number.isFinite(y)) return;
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (const { points } of plot.lines) points.forEach(note);
  for (const { point } of plot.marks) note(point);
  if (low > high) return undefined;
  if (plot.isLogarithmic) return logAxis(low, high);
  // More labels can be wrong than there are: all other shares end.
  const most = plot.isShare && plot.kind !== "labelErrors" ? 1 : Infinity;
  const farthest = -low > high ? low : high;
  // Numbers so small that no tick fits between them are no more than zero.
  const isFlat = high - low <= Math.max(1e-9 * Math.abs(farthest), 1e-300);
  return isFlat ? flatAxis(farthest, most) : linearAxis(low, high, most);
}

/** Zero, the value, and air: the ticks say what is known and nothing else. */
function flatAxis(value: number, most: number): ValueAxis {
  if (value === 0) return { minimum: 0, maximum: 1, ticks: [0] };
  return {
    minimum: Math.min(0, 1.5 * value),
    maximum: Math.min(most, Math.max(0, 1.5 * value)),
    ticks: value > 0 ? [0, value] : [value, 0],
  };
}

/** Of the values' span, that lines do not run along an edge. */
const air = 0.04;

function linearAxis(low: number, high: number, most: number): ValueAxis {
  const margin = air * (high - low);
  const minimum = low < 0 ? low - margin : Math.max(0, low - margin);
  const maximum = high > 0 ? Math.min(most, high + margin) : Math.min(0, high + margin);
  const ticks = niceTicks(minimum, maximum, mostTicks - 1).map(({ value }) =>
    Number(value.toPrecision(6)),
  );
  return { minimum, maximum, ticks };
}

/** Ticks at most. */
const mostTicks = 6;

/** Ends at round numbers; ticks at powers of ten, at 1, 2 and 5 times them where they are few. */
function logAxis(low: number, high: number): ValueAxis {
  const round = multiples(low, high, [1, 2, 5]);
  const minimum = round.findLast((value) => value <= low * (1 + 1e-9)) ?? low;
  const maximum = round.find((value) => value >= high * (1 - 1e-9) && value > minimum) ?? high;
  const inside = (values: readonly number[]): readonly number[] =>
    values.filter((value) => value >= minimum * (1 - 1e-9) && value <= maximum * (1 + 1e-9));
  const [fine, coarse, decades] = [[1, 2, 5], [1, 3], [1]].map((factors) =>
    inside(multiples(low, high, factors)),
  );
  const candidates = [fine, coarse, decades];
  let ticks = candidates.find(({ length }) => length <= mostTicks) ?? everyFew(decades);
  // Within one step of 1-2-5, even steps read as well as on a linear axis.
  if (ticks.length < 3)
    ticks = niceTicks(minimum, maximum, 4).map(({ value }) => Number(value.toPrecision(6)));
  return { minimum, maximum, ticks };
}

/** `factors` × 10ⁿ, from below `low` to above `high`. */
function multiples(low: number, high: number, factors: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(low)) - 1;
  const last = Math.ceil(Math.log10(high)) + 1;
  const values: number[] = [];
  // Written out and read, 10 to a negative power is the nearest number to it; multiplied, it is not.
  for (let exponent = first; exponent <= last; exponent++) {
    for (const factor of factors) values.push(Number(`${factor}e${exponent}`));
  }
  return values;
}

function everyFew(decades: readonly number[]): readonly number[] {
  const every = Math.ceil(decades.length / mostTicks);
  return decades.filter((_, index) => (decades.length - 1 - index) % every === 0);
}
