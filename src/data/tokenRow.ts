/** A long row of token numbers, which may lie in memory or in files. */
export interface TokenRow {
  readonly length: number;
  /** Writes the tokens `[from, from + count)` to the beginning of `into`. */
  read(from: number, count: number, into: Int32Array): void;
  /** Says that these tokens are read soon, so that nobody has to wait for them then. */
  expect(from: number, count: number): void;
  /** Says that somebody reads on from this token for a while. */
  follow(from: number): void;
}

/** Numbers of tokens, in as few bytes each as their size allows. */
export type TokenArray = Uint8Array | Uint16Array | Int32Array;

export function rowOf(tokens: ArrayLike<number>): TokenRow {
  return {
    length: tokens.length,
    read(from, count, into) {
      for (let at = 0; at < count; at++) into[at] = tokens[from + at];
    },
    expect() {},
    follow() {},
  };
}

/** The tokens `[from, to)` of a row. */
export const partOf = (row: TokenRow, from: number, to: number): TokenRow => ({
  length: to - from,
  read: (start, count, into) => row.read(from + start, count, into),
  expect: (start, count) => row.expect(from + start, count),
  follow: (start) => row.follow(from + start),
});
