/**
 * Tokens → a tree, by recursive descent. From what binds loosest: `||`, `&&`, comparisons (which do not chain), `+ -`,
 * `* / %`, unary `- !`, `^`, then calls, indices and members.
 */
import { ExpressionError } from "./expressionError.ts";
import type { BinaryOperator, NameNode, Node, Slice } from "./syntax.ts";
import { tokenize, type Token } from "./tokenize.ts";

/** Far more than anybody nests, and far less than the call stack holds. */
const deepest = 100;

const levels: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["<", "<=", ">", ">=", "==", "!="],
  ["+", "-"],
  ["*", "/", "%"],
];
const comparisons = 2;

/** A whole expression. */
export function parse(text: string): Node {
  const reader = createReader(text);
  const node = reader.expression(0);
  reader.expectEnd();
  return node;
}

export interface Assignment {
  readonly target: Node;
  readonly value: Node;
}

/** `h[3] = 0.5`, or undefined when the text is an expression. */
export function parseAssignment(text: string): Assignment | undefined {
  const tokens = tokenize(text);
  if (!tokens.some((token) => token.kind === "symbol" && token.symbol === "=")) return undefined;
  const reader = createReader(text);
  const target = reader.expression(0);
  reader.expect("=");
  const value = reader.expression(0);
  reader.expectEnd();
  return { target, value };
}

/** One that no parentheses enclose: it begins where its left side does. */
const isBareComparison = (node: Node): boolean =>
  node.kind === "binary" &&
  levels[comparisons].includes(node.operator) &&
  node.from === node.left.from;

function createReader(text: string) {
  const tokens = tokenize(text);
  let position = 0;
  let depth = 0;

  const peek = (): Token => tokens[position];
  const isSymbol = (symbol: string): boolean => {
    const token = peek();
    return token.kind === "symbol" && token.symbol === symbol;
  };
  const accept = (symbol: string): boolean => {
    if (!isSymbol(symbol)) return false;
    position++;
    return true;
  };
  const previousEnd = (): number => tokens[position - 1]?.to ?? 0;

  function expect(symbol: string): void {
    if (accept(symbol)) return;
    throw new ExpressionError(`"${symbol}" is missing before ${nameOf(peek())}.`, peek());
  }

  function expectEnd(): void {
    const token = peek();
    if (token.kind === "end") return;
    const advice =
      token.kind === "symbol" && token.symbol === "="
        ? ' To compare, write "==".'
        : " An operator is missing, or it is one too many.";
    throw new ExpressionError(`The expression was over before ${nameOf(token)}.${advice}`, token);
  }

  function expression(level: number): Node {
    if (level === levels.length) return unary();
    let left = expression(level + 1);
    for (;;) {
      const token = peek();
      const operator =
        token.kind === "symbol" ? levels[level].find((each) => each === token.symbol) : undefined;
      if (operator === undefined) return left;
      if (level === comparisons && isBareComparison(left)) {
        throw new ExpressionError(
          "Comparisons do not chain. Write a < b && b < c, or use parentheses.",
          token,
        );
      }
      position++;
      const right = expression(level + 1);
      left = { kind: "binary", operator, left, right, from: left.from, to: right.to };
    }
  }

  function unary(): Node {
    const token = peek();
    if (token.kind === "symbol" && (token.symbol === "-" || token.symbol === "!")) {
      position++;
      const operand = nested(token, unary);
      return { kind: "unary", operator: token.symbol, operand, from: token.from, to: operand.to };
    }
    return power();
  }

  function power(): Node {
    const base = postfix();
    if (!isSymbol("^")) return base;
    const sign = peek();
    position++;
    // The exponent may have a sign of its own and another power: 2^-n^2.
    const exponent = nested(sign, unary);
    return {
      kind: "binary",
      operator: "^",
      left: base,
      right: exponent,
      from: base.from,
      to: exponent.to,
    };
  }

  function postfix(): Node {
    let node = primary();
    for (;;) {
      const token = peek();
      if (accept("[")) {
        const index = nested(token, () => list("]", indexPart));
        node = { kind: "index", object: node, index, from: node.from, to: previousEnd() };
      } else if (accept(".")) {
        const property = expectName('after "."');
        node = { kind: "member", object: node, property, from: node.from, to: property.to };
      } else if (isSymbol("(") && node.kind === "name") {
        position++;
        const values = isSymbol(")") ? [] : nested(token, () => list(")", () => expression(0)));
        if (values.length === 0) expect(")");
        node = {
          kind: "call",
          callee: node,
          arguments: values,
          from: node.from,
          to: previousEnd(),
        };
      } else return node;
    }
  }

  function list<T>(closing: string, item: () => T): readonly T[] {
    const items = [item()];
    while (accept(",")) items.push(item());
    expect(closing);
    return items;
  }

  function indexPart(): Node | Slice {
    const { from } = peek();
    const ends = (): boolean => isSymbol("]") || isSymbol(",");
    const start = isSymbol(":") ? undefined : expression(0);
    if (start && !isSymbol(":")) return start;
    expect(":");
    const end = ends() ? undefined : expression(0);
    return { kind: "slice", start, end, from, to: previousEnd() };
  }

  function primary(): Node {
    const token = peek();
    const { from, to } = token;
    switch (token.kind) {
      case "number":
        position++;
        return { kind: "number", value: token.value, from, to };
      case "text":
        position++;
        return { kind: "text", value: token.value, from, to };
      case "name":
        position++;
        if (token.name === "true" || token.name === "false") {
          return { kind: "truth", value: token.name === "true", from, to };
        }
        return { kind: "name", name: token.name, from, to };
      case "symbol":
        if (token.symbol === "(") {
          position++;
          const inner = nested(token, () => expression(0));
          expect(")");
          return { ...inner, from, to: previousEnd() };
        }
        break;
      case "end":
        break;
    }
    throw new ExpressionError(
      token.kind === "end"
        ? "Something is missing at the end: a name, a number, or a parenthesis."
        : `A name or a number is missing before ${nameOf(token)}.`,
      token,
    );
  }

  function expectName(where: string): NameNode {
    const token = peek();
    if (token.kind !== "name")
      throw new ExpressionError(`A name is missing ${where}, before ${nameOf(token)}.`, token);
    position++;
    return { kind: "name", name: token.name, from: token.from, to: token.to };
  }

  function nested<T>(at: Token, read: () => T): T {
    if (++depth > deepest)
      throw new ExpressionError(`This is nested deeper than ${deepest} levels.`, at);
    const result = read();
    depth--;
    return result;
  }

  return { expression, expect, expectEnd };
}

function nameOf(token: Token): string {
  switch (token.kind) {
    case "number":
      return `"${token.value}"`;
    case "text":
      return `"${token.value}"`;
    case "name":
      return `"${token.name}"`;
    case "symbol":
      return `"${token.symbol}"`;
    case "end":
      return "the end";
  }
}
