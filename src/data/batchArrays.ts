/** Where batches are written: a batcher hands out the same arrays again and again, so that an epoch leaves no garbage. */
export interface BatchArrays {
  /** Zeros. `part` names what they are for: two parts never share an array. */
  integers(part: string, length: number): Int32Array;
  numbers(part: string, length: number): Float32Array;
}

export const freshArrays: BatchArrays = {
  integers: (_, length) => new Int32Array(length),
  numbers: (_, length) => new Float32Array(length),
};

/** What was handed out for a part is written over when it is asked for again. */
export function reusedArrays(): BatchArrays {
  const integers = new Map<string, Int32Array>();
  const numbers = new Map<string, Float32Array>();
  return {
    integers: (part, length) => again(integers, part, length, () => new Int32Array(length)),
    numbers: (part, length) => again(numbers, part, length, () => new Float32Array(length)),
  };
}

function again<Values extends Int32Array | Float32Array>(
  kept: Map<string, Values>,
  part: string,
  length: number,
  make: () => Values,
): Values {
  const found = kept.get(part);
  if (!found || found.length < length) {
    const made = make();
    kept.set(part, made);
    return made;
  }
  found.fill(0, 0, length);
  // Only the last batch of an epoch, or one of shorter sequences, is a part of it.
  return found.length === length ? found : (found.subarray(0, length) as Values);
}
