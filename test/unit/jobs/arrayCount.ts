/** Counts the arrays of numbers that are made: every way in which code can ask for memory of its own. */
const names = [
  "Float32Array",
  "Float64Array",
  "Int32Array",
  "Uint32Array",
  "Int16Array",
  "Uint16Array",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "BigInt64Array",
  "BigUint64Array",
  "ArrayBuffer",
  "SharedArrayBuffer",
] as const;
/** Methods that answer a copy. A `subarray` is none. */
const copying = ["slice", "map", "filter", "toSorted", "toReversed", "with"] as const;

export interface ArrayCount {
  /** Where in the code arrays were made since `begin`, and how many there. */
  readonly made: ReadonlyMap<string, number>;
  begin(): void;
  stop(): void;
  /** Leaves everything as it was. */
  restore(): void;
}

export function countArrays(): ArrayCount {
  const made = new Map<string, number>();
  let counts = false;
  const note = (): void => {
    if (!counts) return;
    const line = new Error().stack?.split("\n").find((one) => /\/src\//.test(one));
    // What tests and their runner make is none of ours.
    if (!line) return;
    const place = /\/(src\/.*?)\)?$/.exec(line)?.[1] ?? line;
    made.set(place, (made.get(place) ?? 0) + 1);
  };
  const undo: (() => void)[] = [];
  for (const name of names) {
    const original = globalThis[name];
    const counting: object = new Proxy(original, {
      construct(target, given: readonly unknown[], newTarget): object {
        // Over a buffer that exists it is a view; but kernels hand out their memory, which is shared, as views.
        if (!(given[0] instanceof ArrayBuffer)) note();
        return Reflect.construct(target, given, newTarget === counting ? target : newTarget);
      },
    });
    Object.assign(globalThis, { [name]: counting });
    undo.push(() => Object.assign(globalThis, { [name]: original }));
  }
  const shared: object = Object.getPrototypeOf(Float32Array.prototype);
  for (const method of copying) {
    const original: unknown = Reflect.get(shared, method);
    if (typeof original !== "function") continue;
    Reflect.set(shared, method, function copy(this: unknown, ...given: unknown[]): unknown {
      note();
      return Reflect.apply(original, this, given);
    });
    undo.push(() => Reflect.set(shared, method, original));
  }
  return {
    made,
    begin: () => {
      made.clear();
      counts = true;
    },
    stop: () => {
      counts = false;
    },
    restore: () => undo.forEach((each) => each()),
  };
}
