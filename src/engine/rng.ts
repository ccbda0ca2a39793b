/**
 * Random numbers that are the same everywhere and whose state can be saved: xoshiro128** of Blackman &
 * Vigna 2018, seeded through splitmix32 so that nearby seeds have nothing in common.
 */

export interface Random {
  /** [0,1), 53 bits. */
  uniform(): number;
  /** Mean 0, deviation 1. */
  normal(): number;
  /** 0 … below − 1, each equally likely; `below` is at most 2³². */
  integer(below: number): number;
  /** Four words, for `restoreRandom`. */
  state(): readonly number[];
}

/** One generator in many hands, which can be set back to where a checkpoint left it. */
export interface ResumableRandom extends Random {
  restore(state: readonly number[]): void;
}

export function resumableRandom(first: Random): ResumableRandom {
  let random = first;
  return {
    uniform: () => random.uniform(),
    normal: () => random.normal(),
    integer: (below) => random.integer(below),
    state: () => random.state(),
    restore(state) {
      random = restoreRandom(state);
    },
  };
}

export function createRandom(seed: number): Random {
  let word = seed >>> 0;
  const splitmix = (): number => {
    word = (word + 0x9e3779b9) >>> 0;
    let mixed = word;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return restoreRandom([splitmix(), splitmix(), splitmix(), splitmix()]);
}

/** Continues exactly where the generator was whose `state()` this is. */
export function restoreRandom(state: readonly number[]): Random {
  if (state.length !== 4 || state.every((word) => word === 0) || !state.every(isWord)) {
    throw new Error(
      `A random state is four 32-bit words, not all zero; this is [${state.join(", ")}].`,
    );
  }
  let [s0, s1, s2, s3] = state.map((word) => word | 0);

  function next(): number {
    const scaled = Math.imul(s1, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  }
  const uniform = (): number => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;

  return {
    uniform,
    // Box and Muller's second number is thrown away: keeping it would be state that is not in the four words.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer(below) {
      // Words past the last whole multiple of `below` would make small numbers likelier.
      const limit = 0x100000000 - (0x100000000 % below);
      let word = next();
      while (word >= limit) word = next();
      return word % below;
    },
    state: () => [s0 >>> 0, s1 >>> 0, s2 >>> 0, s3 >>> 0],
  };
}

const isWord = (word: number): boolean => Number.isInteger(word) && word >= 0 && word <= 0xffffffff;
