/** Numbers of which nobody knows beforehand how many there will be, without an object for each. */
type Numbers = Float64Array | Float32Array | Int32Array | Uint16Array;

export interface Growing<Values extends Numbers> {
  push(value: number): void;
  length(): number;
  /** What was pushed; a view, until more is. */
  values(): Values;
}

/** `first` says of which kind, and how many have room at once. */
export function growing(first: Float64Array): Growing<Float64Array>;
export function growing(first: Float32Array): Growing<Float32Array>;
export function growing(first: Int32Array): Growing<Int32Array>;
export function growing(first: Uint16Array): Growing<Uint16Array>;
export function growing(first: Numbers): Growing<Numbers> {
  let values = first;
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const larger = sameKind(values, Math.ceil(1.5 * length));
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    length: () => length,
    values: () => values.subarray(0, length),
  };
}

function sameKind(values: Numbers, length: number): Numbers {
  if (values instanceof Float64Array) return new Float64Array(length);
  if (values instanceof Float32Array) return new Float32Array(length);
  return values instanceof Int32Array ? new Int32Array(length) : new Uint16Array(length);
}
