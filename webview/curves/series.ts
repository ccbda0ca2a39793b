/**
 * One curve of a run as it grows: rows are appended one by one, and past a limit neighbours are
 * merged so that a curve never holds more points than a screen can show. Each merged bucket keeps its
 * lowest and its highest point, so that a spike of one update stays visible after a million.
 */
import type { MetricsRow } from "../../src/protocol/training.ts";

/** The fields of a metrics row that can be drawn. */
export type Metric =
  | "trainLoss"
  | "validationLoss"
  | "validationAccuracy"
  | "validationLabelErrorRate"
  | "validationExactMatch"
  | "gradientNorm"
  | "clippedNorm"
  | "clippedShare"
  | "learningRate";

export const metrics: readonly Metric[] = [
  "trainLoss",
  "validationLoss",
  "validationAccuracy",
  "validationLabelErrorRate",
  "validationExactMatch",
  "gradientNorm",
  "clippedNorm",
  "clippedShare",
  "learningRate",
];

/** Where a value was measured, on each of the axes that a person may choose. */
export interface Sample {
  readonly update: number;
  readonly epoch: number;
  readonly elapsedMs: number;
  readonly value: number;
}

export interface Series {
  append(sample: Sample): void;
  /** Forgets what was measured after `update`: a run that resumes goes back to its checkpoint. */
  truncate(update: number): void;
  /** In order of updates; at most `limit` of them. */
  samples(): readonly Sample[];
  /** Every value, also those that were merged away. */
  readonly count: number;
  /** The lowest finite value. */
  readonly minimum: Sample | undefined;
  readonly last: Sample | undefined;
}

/** Points of one curve that are drawn at most. */
export const pointLimit = 2000;

export function createSeries(limit = pointLimit): Series {
  let buckets: Bucket[] = [];
  /** Values per bucket; doubles whenever the buckets are full. */
  let stride = 1;
  let count = 0;
  let last: Sample | undefined;
  let minimum: Sample | undefined;

  const noteMinimum = (sample: Sample): void => {
    if (sample.value < (minimum?.value ?? Infinity)) minimum = sample;
  };
  /** A bucket of one value is one point, a merged one is two. */
  const isFull = (): boolean => buckets.length >= (stride === 1 ? limit : limit / 2);

  return {
    append(sample) {
      count++;
      last = sample;
      noteMinimum(sample);
      while (isFull()) {
        buckets = mergePairs(buckets);
        stride *= 2;
      }
      const open = buckets.at(-1);
      const single = { low: sample, high: sample, count: 1 };
      if (open && open.count < stride) buckets[buckets.length - 1] = merge(open, single);
      else buckets.push(single);
    },
    truncate(update) {
      buckets = buckets.filter(({ low, high }) => Math.max(low.update, high.update) <= update);
      count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
      last = buckets.length > 0 ? inOrder(buckets[buckets.length - 1]).at(-1) : undefined;
      minimum = undefined;
      for (const { low } of buckets) noteMinimum(low);
    },
    samples: () => buckets.flatMap(inOrder),
    get count() {
      return count;
    },
    get minimum() {
      return minimum;
    },
    get last() {
      return last;
    },
  };
}

interface Bucket {
  readonly low: Sample;
  readonly high: Sample;
  readonly count: number;
}

function mergePairs(buckets: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (let index = 0; index < buckets.length; index += 2) {
    const next = buckets[index + 1];
    merged.push(next ? merge(buckets[index], next) : buckets[index]);
  }
  return merged;
}

/** NaN loses against any number, so that one bad value does not hide its neighbours. */
const merge = (a: Bucket, b: Bucket): Bucket => ({
  low: b.low.value < a.low.value || Number.isNaN(a.low.value) ? b.low : a.low,
  high: b.high.value > a.high.value || Number.isNaN(a.high.value) ? b.high : a.high,
  count: a.count + b.count,
});

function inOrder({ low, high }: Bucket): readonly Sample[] {
  if (low === high) return [low];
  return low.update <= high.update ? [low, high] : [high, low];
}

/** The sample that a row holds of a metric, or undefined where it was not measured. */
export function sampleOf(row: MetricsRow, metric: Metric): Sample | undefined {
  const value = row[metric];
  if (value === undefined) return undefined;
  return { update: row.update, epoch: row.epoch, elapsedMs: row.elapsedMs, value };
}
