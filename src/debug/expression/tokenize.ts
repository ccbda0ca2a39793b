/** Text → tokens of the expression language. */
import { ExpressionError } from "./expressionError.ts";
import type { Range } from "./syntax.ts";

export type Token = Range &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "text"; readonly value: string }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "symbol"; readonly symbol: string }
    | { readonly kind: "end" }
  );

/** Longer ones first. */
const symbols: readonly string[] = "<= >= == != && || + - * / % ^ < > ! ( ) [ ] . , : =".split(" ");

/** What people write out of habit, and what is meant by it. */
const habits: Readonly<Record<string, string>> = {
  "&": "Write && for and.",
  "|": "Write || for or.",
  "−": "Write the minus sign as -.",
  "≤": "Write <=.",
  "≥": "Write >=.",
  "≠": "Write !=.",
  "×": "Write * to multiply.",
  "∞": "Write infinity.",
};

const blank = /\s+/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[\p{L}_][\p{L}\p{N}_]*/uy;
const quoted = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;

/** Nobody types a longer one; what is shorter is neither slow to work out nor too deep for the call stack. */
export const longestExpression = 4000;
const mostTokens = 1000;

/** The last token is `end`, at the end of the text. */
export function tokenize(text: string): readonly Token[] {
  if (text.length > longestExpression) {
    const range = { from: longestExpression, to: text.length };
    throw new ExpressionError(
      `An expression has at most ${longestExpression} characters; this one has ${text.length}.`,
      range,
    );
  }
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const skipped = match(blank);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const token = tokenAt();
    if (tokens.length === mostTokens)
      throw new ExpressionError(`An expression has at most ${mostTokens} parts.`, token);
    tokens.push(token);
    at = token.to;
  }
  tokens.push({ kind: "end", from: text.length, to: text.length });
  return tokens;

  function tokenAt(): Token {
    const range = (length: number): Range => ({ from: at, to: at + length });
    const digits = match(number);
    if (digits !== undefined) {
      return { kind: "number", value: Number(digits), ...range(digits.length) };
    }
    const word = match(name);
    if (word !== undefined) return { kind: "name", name: word, ...range(word.length) };
    const literal = match(quoted);
    if (literal !== undefined) {
      return { kind: "text", value: unquote(literal), ...range(literal.length) };
    }
    const symbol = symbols.find((each) => text.startsWith(each, at));
    if (symbol !== undefined) return { kind: "symbol", symbol, ...range(symbol.length) };
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character === '"' || character === "'") {
      throw new ExpressionError("This text has no closing quotation mark.", {
        from: at,
        to: text.length,
      });
    }
    throw new ExpressionError(
      `"${character}" means nothing here. ${habits[character] ?? ""}`.trim(),
      range(character.length),
    );
  }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

const unquote = (literal: string): string =>
  literal
    .slice(1, -1)
    .replaceAll(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
