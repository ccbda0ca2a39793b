/**
 * Numbers from a seed for what the data itself decides: which examples are held back, what a synthetic
 * task generates, in which order an epoch visits examples. Training's own generator lives in the engine,
 * which this folder may not import; data needs no state to save, since it starts anew from a seed each time.
 */

/** Uniform in [0, 1). sfc32 (Doty-Humphrey, PractRand), seeded from up to three integers. */
export function createUniform(...seeds: readonly number[]): () => number {
  let [a, b, c] = [seeds[0] | 0, (seeds[1] ?? 0x9e3779b9) | 0, (seeds[2] ?? 0x243f6a88) | 0];
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  // Nearby seeds start out alike; a few rounds drive them apart.
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** Fisher and Yates, in place. */
export function shuffle(items: Int32Array, uniform: () => number): Int32Array {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1));
    const kept = items[last];
    items[last] = items[other];
    items[other] = kept;
  }
  return items;
}

export const integerBelow = (uniform: () => number, below: number): number =>
  Math.floor(uniform() * below);
