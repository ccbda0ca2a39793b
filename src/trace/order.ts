/** The orders in which a heatmap can show its units. */
import type { Activation } from "./activation.ts";
import { statisticsOf, type UnitStatistics } from "./statistics.ts";
import type { Tensor } from "./trace.ts";

/**
 * `index` as in the weights; `mean`, `variance` and `saturation` largest first; `peak` by the step at
 * which a unit's magnitude is largest, earliest first, so that a sequence of specialists shows as a
 * diagonal.
 */
export type UnitOrder = "index" | "mean" | "variance" | "saturation" | "peak";

const cache = new WeakMap<Tensor, Map<UnitOrder, Uint32Array>>();

/** (units) the unit at each position. Ties keep the units' own order; units without a finite value come last. */
export function unitOrder(tensor: Tensor, activation: Activation, order: UnitOrder): Uint32Array {
  const known = cache.get(tensor) ?? new Map<UnitOrder, Uint32Array>();
  cache.set(tensor, known);
  const sorted = known.get(order) ?? sort(statisticsOf(tensor, activation).perUnit, order);
  known.set(order, sorted);
  return sorted;
}

function sort(statistics: UnitStatistics, order: UnitOrder): Uint32Array {
  const units = Uint32Array.from(statistics.mean.keys());
  if (order === "index") return units;
  const { key, sign } = {
    mean: { key: statistics.mean, sign: -1 },
    variance: { key: statistics.variance, sign: -1 },
    saturation: { key: statistics.saturation, sign: -1 },
    peak: { key: statistics.peakStep, sign: 1 },
  }[order];
  const rank = (unit: number): number =>
    Number.isNaN(statistics.mean[unit]) ? Infinity : sign * key[unit];
  const ranks = Float64Array.from(units, rank);
  return units.sort((a, b) => (ranks[a] === ranks[b] ? a - b : ranks[a] - ranks[b]));
}
