/** How often each pair of neighbouring tokens was seen: a table while there are few tokens, then a hash table without objects. */
export interface PairCounts {
  add(first: number, second: number, times: number): void;
  /** Of the first `count` of these tokens, each with the one before it: that of the first is `previous`, if there is one. */
  addRow(numbers: ArrayLike<number>, count: number, previous: number | undefined): void;
  get(first: number, second: number): number;
  /** Every pair that was added, whatever its count is now. */
  forEach(visit: (first: number, second: number, times: number) => void): void;
  /** There were more different pairs than have room: nothing is known of any. */
  readonly isFull: boolean;
}

/** Tokens of which every pair has a place; beyond, pairs are looked up. */
const tableTokens = 512;
/** Different pairs at most, of twelve bytes each and as much again that is free. */
const mostPairs = 2 ** 21;

export function createPairCounts(most = mostPairs): PairCounts {
  let side = 64;
  let table: Float64Array | undefined = new Float64Array(side * side);
  let looked: LookedUp | undefined;
  let isFull = false;

  const grow = (token: number): void => {
    const old = table;
    if (!old) return;
    const oldSide = side;
    while (side <= token && side < tableTokens) side *= 2;
    const larger = side > token ? new Float64Array(side * side) : undefined;
    const into = larger ? undefined : createLookedUp(most);
    for (let at = 0; at < old.length; at++) {
      if (old[at] === 0) continue;
      const [first, second] = [Math.floor(at / oldSide), at % oldSide];
      if (larger) larger[first * side + second] = old[at];
      else into?.add(first, second, old[at]);
    }
    table = larger;
    looked = into;
  };

  const add = (first: number, second: number, times: number): void => {
    if (table && Math.max(first, second) >= side) grow(Math.max(first, second));
    if (table) table[first * side + second] += times;
    else if (looked && !looked.add(first, second, times)) {
      looked = undefined;
      isFull = true;
    }
  };

  return {
    add,
    addRow(numbers, count, previous) {
      let at = 0;
      let before = previous;
      // Most tokens have their place in the table.
      for (let [counts, width] = [table, side]; counts && at < count; at++) {
        if (numbers[at] >= width) {
          grow(numbers[at]);
          [counts, width] = [table, side];
          if (!counts) break;
        }
        if (before !== undefined) counts[before * width + numbers[at]]++;
        before = numbers[at];
      }
      for (; at < count; at++) {
        if (before !== undefined) add(before, numbers[at], 1);
        before = numbers[at];
      }
    },
    get(first, second) {
      if (table) return Math.max(first, second) < side ? table[first * side + second] : 0;
      return looked?.get(first, second) ?? 0;
    },
    forEach(visit) {
      if (!table) return looked?.forEach(visit);
      for (let at = 0; at < table.length; at++) {
        if (table[at] !== 0) visit(Math.floor(at / side), at % side, table[at]);
      }
    },
    get isFull() {
      return isFull;
    },
  };
}

interface LookedUp {
  /** False when there is no room for one more. */
  add(first: number, second: number, times: number): boolean;
  get(first: number, second: number): number;
  forEach(visit: (first: number, second: number, times: number) => void): void;
}

/** More than there are tokens: both fit into one number without loss. */
const keyBase = 2 ** 26;

/** Open addressing, at most half full. */
function createLookedUp(most: number): LookedUp {
  let keys = new Float64Array(2 ** 14).fill(-1);
  let counts = new Int32Array(keys.length);
  let used = 0;

  const placeOf = (key: number): number => {
    const mask = keys.length - 1;
    const mixed =
      Math.imul(Math.floor(key / keyBase), 0x9e3779b1) + Math.imul(key % keyBase, 0x85ebca6b);
    let at = (mixed ^ (mixed >>> 15)) & mask;
    while (keys[at] !== -1 && keys[at] !== key) at = (at + 1) & mask;
    return at;
  };
  const grow = (): void => {
    const [oldKeys, oldCounts] = [keys, counts];
    keys = new Float64Array(2 * oldKeys.length).fill(-1);
    counts = new Int32Array(keys.length);
    for (let old = 0; old < oldKeys.length; old++) {
      if (oldKeys[old] === -1) continue;
      const at = placeOf(oldKeys[old]);
      keys[at] = oldKeys[old];
      counts[at] = oldCounts[old];
    }
  };

  return {
    add(first, second, times) {
      const key = first * keyBase + second;
      let at = placeOf(key);
      if (keys[at] === -1) {
        if (used === most) return false;
        if (2 * ++used > keys.length) {
          grow();
          at = placeOf(key);
        }
        keys[at] = key;
      }
      counts[at] += times;
      return true;
    },
    get(first, second) {
      const at = placeOf(first * keyBase + second);
      return keys[at] === -1 ? 0 : counts[at];
    },
    forEach(visit) {
      for (let at = 0; at < keys.length; at++) {
        if (keys[at] !== -1) visit(Math.floor(keys[at] / keyBase), keys[at] % keyBase, counts[at]);
      }
    },
  };
}
