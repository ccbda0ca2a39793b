/** Numbers of which nobody knows beforehand how many there will be, without an object for each. */
type Numbers = Float64Array | Int32Array | Uint8Array;

export interface Growing<Values extends Numbers> {
  push(value: number): void;
  /** Makes room for so many at once, which takes no memory before they come. */
  reserve(count: number): void;
  length(): number;
  /** What was pushed; a view, until more is. */
  values(): Values;
}

/** `first` says of which kind, and how many have room at once. */
export function growing(first: Float64Array): Growing<Float64Array>;
export function growing(first: Int32Array): Growing<Int32Array>;
export function growing(first: Uint8Array): Growing<Uint8Array>;
export function growing(first: Numbers): Growing<Numbers> {
  let values = first;
  let length = 0;
  const reserve = (count: number): void => {
    if (count <= values.length) return;
    const larger = sameKind(values, count);
    larger.set(values);
    values = larger;
  };
  return {
    reserve,
    push(value) {
      if (length === values.length) reserve(Math.ceil(1.5 * length));
      values[length++] = value;
    },
    length: () => length,
    values: () => values.subarray(0, length),
  };
}

function sameKind(values: Numbers, length: number): Numbers {
  if (values instanceof Float64Array) return new Float64Array(length);
  return values instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length);
}
