/** What one sees of many numbers before one sees the numbers: how many, how large, and whether they are in trouble. */
import { isSaturatedHigh, isSaturatedLow, type Activation } from "../../trace/activation.ts";
import { countOf, countWhere, normOf, type Numbers } from "../expression/value.ts";
import { formatNumber } from "../formatNumber.ts";

export interface Summary {
  readonly count: number;
  /** Over finite numbers; NaN when there are none. */
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** L2, over all: not finite when one is not. */
  readonly norm: number;
  readonly notFinite: number;
  /** Absent where nothing squashes them. */
  readonly saturated?: number;
}

/** Of large tensors, which are weights: the numbers of a program never change. */
const cache = new WeakMap<ArrayLike<number>, Summary>();
const worthKeeping = 10_000;

export function summarize(numbers: Numbers, activation: Activation = "unbounded"): Summary {
  const isWhole = countOf(numbers.shape) === numbers.data.length;
  if (!isWhole || numbers.data.length < worthKeeping) return compute(numbers, activation);
  const summary = cache.get(numbers.data) ?? compute(numbers, activation);
  cache.set(numbers.data, summary);
  return summary;
}

function compute(numbers: Numbers, activation: Activation): Summary {
  const { data, offset, shape } = numbers;
  const count = countOf(shape);
  let [minimum, maximum, sum, finite] = [Infinity, -Infinity, 0, 0];
  for (let at = offset; at < offset + count; at++) {
    const value = data[at];
    if (!Number.isFinite(value)) continue;
    finite++;
    sum += value;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  const orNaN = (value: number): number => (finite === 0 ? NaN : value);
  const isSaturated = (value: number): boolean =>
    isSaturatedLow(value, activation) || isSaturatedHigh(value, activation);
  return {
    count,
    minimum: orNaN(minimum),
    maximum: orNaN(maximum),
    mean: orNaN(sum / finite),
    norm: normOf(numbers),
    notFinite: count - finite,
    ...(activation !== "unbounded" && { saturated: countWhere(numbers, isSaturated) / count }),
  };
}

/** In one line: `(64) -0.91 … 0.88, mean 0.012, norm 2.31, 12 % saturated`. */
export function summaryLine(numbers: Numbers, activation?: Activation): string {
  const { minimum, maximum, mean, norm, notFinite, saturated } = summarize(numbers, activation);
  const parts = [
    `${short(minimum)} … ${short(maximum)}`,
    `mean ${short(mean)}`,
    `norm ${short(norm)}`,
  ];
  if (saturated !== undefined && saturated > 0) parts.push(`${percent(saturated)} saturated`);
  if (notFinite > 0) parts.push(`${notFinite} not finite`);
  return `(${numbers.shape.join(" × ")}) ${parts.join(", ")}`;
}

/** Three digits are enough to see what it is like. */
export const short = (value: number): string =>
  Number.isInteger(value) ? formatNumber(value) : formatNumber(Number(value.toPrecision(3)));

export const percent = (share: number): string => `${short(100 * share)} %`;
