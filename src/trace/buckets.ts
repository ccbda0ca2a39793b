/**
 * How many things share fewer places: `count` steps drawn in `buckets` columns. Panels use the same
 * two functions, so that a pixel and a value agree about which steps they stand for.
 */

/** First item of a bucket; bucket `buckets` begins where the items end. */
export const bucketStart = (bucket: number, count: number, buckets: number): number =>
  Math.floor((bucket * count) / buckets);

/** The bucket that an item falls into: the inverse of `bucketStart`. */
export const bucketOf = (item: number, count: number, buckets: number): number =>
  Math.ceil(((item + 1) * buckets) / count) - 1;

/** A half-open range cut to whole numbers within `[0, count)`; never negative in length. */
export function clampRange(
  [from, to]: readonly [from: number, to: number],
  count: number,
): [from: number, to: number] {
  const start = Math.min(Math.max(0, Math.trunc(from) || 0), count);
  return [start, Math.min(Math.max(start, Math.trunc(to) || 0), count)];
}

/** How many buckets to use for `count` items when at most `limit` can be seen. */
export const bucketCount = (count: number, limit: number): number =>
  count === 0 ? 0 : Math.min(count, Math.max(1, Math.trunc(limit) || 1));
