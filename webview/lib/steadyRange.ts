/**
 * The range of all values that were seen of something so far: while a person goes through a training, or follows one, the
 * same colour has to mean the same value. What is seen of something else begins anew.
 */
export interface ValueRange {
  readonly minimum: number;
  readonly maximum: number;
}

export interface SteadyRange {
  /** Of all ranges that were given under this key since another one was. What is not finite widens nothing. */
  readonly including: (key: string, range: ValueRange) => ValueRange;
}

export function createSteadyRange(): SteadyRange {
  let seen: { readonly key: string; readonly range: ValueRange } | undefined;
  return {
    including(key, range) {
      if (!Number.isFinite(range.minimum + range.maximum)) {
        return seen?.key === key ? seen.range : range;
      }
      const before = seen?.key === key ? seen.range : range;
      const all = {
        minimum: Math.min(before.minimum, range.minimum),
        maximum: Math.max(before.maximum, range.maximum),
      };
      seen = { key, range: all };
      return all;
    },
  };
}
