/** What turns text into the numbers that another program's model reads. */
export interface Tokenizer {
  /** A token's number is its position; what no token has is an empty text. */
  readonly tokens: readonly string[];
  /** Throws `UserError` naming the place of what it does not know. */
  readonly encode: (text: string) => Encoded;
}

export interface Encoded {
  readonly ids: readonly number[];
  /** What of the text each stands for. */
  readonly written: readonly string[];
}

/** Tokens by their numbers, from what a file says the other way round. Throws a text that says what is wrong. */
export function tokensByNumber(numbers: ReadonlyMap<string, number>): readonly string[] {
  const count = Math.max(-1, ...numbers.values()) + 1;
  // Numbers may leave gaps, but not a billion of them.
  if (count > 2 * numbers.size + 1000) throw new Error(`its numbers go up to ${count - 1}`);
  const tokens = Array.from({ length: count }, () => "");
  for (const [token, number] of numbers) {
    if (!Number.isSafeInteger(number) || number < 0) {
      throw new Error(`"${token}" has the number ${number}`);
    }
    tokens[number] = token;
  }
  return tokens;
}
