/**
 * A part of a tensor at the resolution at which it is seen. A bucket of many cells shows the one that
 * matters most, never their mean: a spike one step wide must not vanish when a person zooms out.
 */
import { activationOf, type Activation } from "./activation.ts";
import { stepsOfTensor } from "./activeSteps.ts";
import { bucketCount, bucketOf, bucketStart, clampRange } from "./buckets.ts";
import { unitOrder, type UnitOrder } from "./order.ts";
import { planeOf, withinSteps } from "./plane.ts";
import { statisticsOf } from "./statistics.ts";
import { tensorOf, type Trace } from "./trace.ts";

/** A part of a (T,1,H) tensor, unit × time, at the resolution at which it will be seen. */
export interface HeatmapSlice {
  readonly tensor: string;
  /** Half-open range of steps; cut to those that exist. */
  readonly steps: readonly [from: number, to: number];
  /** Half-open range of units, as positions in `order`; cut to those that exist. */
  readonly units: readonly [from: number, to: number];
  /**
   * Upper bounds; where more cells exist, each answer is the value of largest magnitude in its bucket, for
   * sigmoid gates the one farthest from ½. A value that is not finite always shows.
   */
  readonly columns: number;
  readonly rows: number;
  readonly order: UnitOrder;
}

export interface Heatmap {
  readonly columns: number;
  readonly rows: number;
  /** Float32, (rows, columns) row-major. */
  readonly values: ArrayBuffer;
  /** Uint32, (rows): the unit that the row begins with. */
  readonly unitNumbers: ArrayBuffer;
  /** Float32, (rows): share of steps where the unit is saturated; 0 where saturation has no meaning. */
  readonly saturation: ArrayBuffer;
  /** Extremes of all finite values of the tensor, so that a colour means the same at every zoom. */
  readonly minimum: number;
  readonly maximum: number;
  /** Smallest non-zero magnitude, for log scales; 0 when there is none. */
  readonly smallestMagnitude: number;
  readonly nonFiniteCount: number;
  /** Shares of all values below 0.05 and above 0.95 (gates), or beyond ±0.95 (tanh parts). */
  readonly saturatedLow: number;
  readonly saturatedHigh: number;
}

/**
 * Column `c` stands for the steps from `bucketStart(c)` to `bucketStart(c + 1)`, rows likewise for
 * positions. A cell is the value of its bucket that lies farthest from 0, or from ½ for sigmoid gates,
 * where shut is as telling as open. A non-finite value always wins. A row's saturation is the mean of
 * its units' shares over all steps that its layer computes; those that it does not count for nothing.
 */
export function heatmapOf(trace: Trace, request: HeatmapSlice): Heatmap {
  const whole = tensorOf(trace, request.tensor);
  const computed = stepsOfTensor(trace, whole);
  const [before] = computed;
  const tensor = withinSteps(whole, computed);
  const activation = activationOf(request.tensor, trace.model);
  const statistics = statisticsOf(tensor, activation);
  const order = unitOrder(tensor, activation, request.order);
  const plane = planeOf(tensor);
  const [firstStep, endStep] = clampRange(request.steps, before + plane.steps);
  const [firstPosition, endPosition] = clampRange(request.units, plane.units);
  const positions = endPosition - firstPosition;
  const columns = bucketCount(endStep - firstStep, request.columns);
  const rows = bucketCount(positions, request.rows);

  const unitNumbers = new Uint32Array(rows);
  const saturation = new Float32Array(rows);
  const rowOfUnit = new Int32Array(plane.units).fill(-1);
  for (let row = 0; row < rows; row++) {
    const start = bucketStart(row, positions, rows);
    const end = bucketStart(row + 1, positions, rows);
    unitNumbers[row] = order[firstPosition + start];
    for (let position = start; position < end; position++) {
      const unit = order[firstPosition + position];
      rowOfUnit[unit] = row;
      saturation[row] += statistics.perUnit.saturation[unit] / (end - start);
    }
  }

  const values = new Float32Array(rows * columns).fill(restOf(activation));
  const middle = restOf(activation);
  // Steps outside, units inside: the tensor is read once, in the order in which it lies in memory.
  for (let t = Math.max(firstStep, before); t < endStep; t++) {
    const column = bucketOf(t - firstStep, endStep - firstStep, columns);
    for (let unit = 0, at = (t - before) * plane.units; unit < plane.units; unit++, at++) {
      const row = rowOfUnit[unit];
      if (row < 0) continue;
      const cell = row * columns + column;
      const value = plane.data[at];
      if (tellsMore(value, values[cell], middle)) values[cell] = value;
    }
  }

  const { minimum, maximum, smallestMagnitude, nonFiniteCount, saturatedLow, saturatedHigh } =
    statistics;
  return {
    columns,
    rows,
    values: values.buffer,
    unitNumbers: unitNumbers.buffer,
    saturation: saturation.buffer,
    minimum,
    maximum,
    smallestMagnitude,
    nonFiniteCount,
    saturatedLow,
    saturatedHigh,
  };
}

const restOf = (activation: Activation): number => (activation === "sigmoid" ? 0.5 : 0);

function tellsMore(value: number, shown: number, middle: number): boolean {
  if (!Number.isFinite(shown)) return false;
  return !Number.isFinite(value) || Math.abs(value - middle) > Math.abs(shown - middle);
}
