/**
 * What a heatmap must know of a whole tensor whatever part of it is seen: extremes for the colour
 * scale, saturation, and per-unit numbers to sort by. Computed once per tensor.
 */
import { isSaturatedHigh, isSaturatedLow, type Activation } from "./activation.ts";
import { planeOf } from "./plane.ts";
import type { Tensor } from "./trace.ts";

export interface UnitStatistics {
  /** (units) over finite values; NaN for a unit that has none. */
  readonly mean: Float64Array;
  /** (units) population variance over finite values; NaN for a unit that has none. */
  readonly variance: Float64Array;
  /** (units) share of all steps at which the unit is saturated, 0..1. */
  readonly saturation: Float64Array;
  /** (units) first step at which the unit's magnitude is largest. */
  readonly peakStep: Uint32Array;
}

export interface TensorStatistics {
  /** Extremes of finite values; both 0 when there are none. */
  readonly minimum: number;
  readonly maximum: number;
  /** Smallest non-zero finite magnitude; 0 when there is none. */
  readonly smallestMagnitude: number;
  readonly nonFiniteCount: number;
  /** Shares of all values at the lower and upper end of the activation's range. */
  readonly saturatedLow: number;
  readonly saturatedHigh: number;
  readonly perUnit: UnitStatistics;
}

const cache = new WeakMap<Tensor, TensorStatistics>();

/** Statistics of the first sequence of a tensor, which must not change afterwards. */
export function statisticsOf(tensor: Tensor, activation: Activation): TensorStatistics {
  const known = cache.get(tensor);
  if (known) return known;
  const computed = compute(tensor, activation);
  cache.set(tensor, computed);
  return computed;
}

function compute(tensor: Tensor, activation: Activation): TensorStatistics {
  const { steps, units, data } = planeOf(tensor);
  const mean = new Float64Array(units);
  const variance = new Float64Array(units);
  const saturation = new Float64Array(units);
  const peakStep = new Uint32Array(units);
  const peak = new Float64Array(units).fill(-1);
  const finite = new Uint32Array(units);
  let minimum = Infinity;
  let maximum = -Infinity;
  let smallestMagnitude = Infinity;
  let low = 0;
  let high = 0;
  let nonFiniteCount = 0;

  for (let t = 0, at = 0; t < steps; t++) {
    for (let unit = 0; unit < units; unit++, at++) {
      const value = data[at];
      if (!Number.isFinite(value)) {
        nonFiniteCount++;
        continue;
      }
      const magnitude = Math.abs(value);
      finite[unit]++;
      mean[unit] += value;
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
      if (magnitude > 0 && magnitude < smallestMagnitude) smallestMagnitude = magnitude;
      if (magnitude > peak[unit]) {
        peak[unit] = magnitude;
        peakStep[unit] = t;
      }
      if (isSaturatedLow(value, activation)) {
        low++;
        saturation[unit]++;
      } else if (isSaturatedHigh(value, activation)) {
        high++;
        saturation[unit]++;
      }
    }
  }
  for (let unit = 0; unit < units; unit++) mean[unit] /= finite[unit];
  // A second pass: the sum of squares minus the square of the sum loses all digits for large means.
  for (let t = 0, at = 0; t < steps; t++) {
    for (let unit = 0; unit < units; unit++, at++) {
      const distance = data[at] - mean[unit];
      if (Number.isFinite(distance)) variance[unit] += distance * distance;
    }
  }
  for (let unit = 0; unit < units; unit++) {
    variance[unit] /= finite[unit];
    saturation[unit] /= Math.max(steps, 1);
  }
  const total = Math.max(steps * units, 1);
  const anyFinite = nonFiniteCount < steps * units;
  return {
    minimum: anyFinite ? minimum : 0,
    maximum: anyFinite ? maximum : 0,
    smallestMagnitude: smallestMagnitude === Infinity ? 0 : smallestMagnitude,
    nonFiniteCount,
    saturatedLow: low / total,
    saturatedHigh: high / total,
    perUnit: { mean, variance, saturation, peakStep },
  };
}
