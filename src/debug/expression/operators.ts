/** Arithmetic, comparisons and logic: unit by unit where there are several, with a single number for all of them. */
import type { Compiled } from "./compiled.ts";
import { ExpressionError } from "./expressionError.ts";
import type { BinaryNode, BinaryOperator, UnaryNode } from "./syntax.ts";
import { countOf, describeType, isNumbers, type Numbers, type Shape, type Value } from "./value.ts";

const arithmetic: Partial<Record<BinaryOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  // As mathematics has it: the sign of the divisor.
  "%": (a, b) => a - b * Math.floor(a / b),
  "^": (a, b) => a ** b,
};

const comparison: Partial<Record<BinaryOperator, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

export function compileBinary(node: BinaryNode, left: Compiled, right: Compiled): Compiled {
  const { operator } = node;
  const isConstant = left.isConstant && right.isConstant;
  if (operator === "&&" || operator === "||") {
    expectTruth(left, node.left);
    expectTruth(right, node.right);
    // The right side is not looked at where the left one decides, so that t > 0 && … guards it.
    const at =
      operator === "&&"
        ? (t: number) => left.at(t) === true && right.at(t) === true
        : (t: number) => left.at(t) === true || right.at(t) === true;
    return { type: { kind: "truth", shape: [] }, at, isConstant };
  }
  const calculate = arithmetic[operator];
  if (calculate) {
    expectNumbers(left, node.left, operator);
    expectNumbers(right, node.right, operator);
    const shape = commonShape(node, left.type.shape, right.type.shape);
    return {
      type: { kind: "number", shape },
      at: (t) => combine(left.at(t), right.at(t), shape, calculate),
      isConstant,
    };
  }
  return compileComparison(node, left, right, isConstant);
}

function compileComparison(
  node: BinaryNode,
  left: Compiled,
  right: Compiled,
  isConstant: boolean | undefined,
): Compiled {
  const { operator } = node;
  const compare = comparison[operator];
  if (!compare) throw new ExpressionError(`"${operator}" compares nothing.`, node);
  const kinds = [left.type.kind, right.type.kind];
  if (kinds[0] !== kinds[1]) {
    throw new ExpressionError(
      `${describeType(left.type)} cannot be compared with ${describeType(right.type)}.${kinds.includes("text") ? " label(…) turns the number of a class into text." : ""}`,
      node,
    );
  }
  const isOrder = operator !== "==" && operator !== "!=";
  if (isOrder && kinds[0] !== "number") {
    throw new ExpressionError(`"${operator}" compares numbers.`, node);
  }
  const shape = commonShape(node, left.type.shape, right.type.shape);
  const type = { kind: "truth", shape } as const;
  if (kinds[0] === "text") {
    const isEqual = operator === "==";
    return { type, at: (t) => (left.at(t) === right.at(t)) === isEqual, isConstant };
  }
  const asNumber = (a: number, b: number): number => Number(compare(a, b));
  return {
    type,
    isConstant,
    at(t) {
      const result = combine(left.at(t), right.at(t), shape, asNumber);
      return isNumbers(result) ? result : result === 1;
    },
  };
}

export function compileUnary(node: UnaryNode, operand: Compiled): Compiled {
  const { isConstant } = operand;
  if (node.operator === "!") {
    expectTruth(operand, node.operand);
    return { type: operand.type, at: (t) => operand.at(t) !== true, isConstant };
  }
  expectNumbers(operand, node.operand, "-");
  const { shape } = operand.type;
  return {
    type: { kind: "number", shape },
    at: (t) => combine(0, operand.at(t), shape, (_, b) => -b),
    isConstant,
  };
}

function commonShape(node: BinaryNode, left: Shape, right: Shape): Shape {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  if (left.length === right.length && left.every((size, index) => size === right[index])) {
    return left;
  }
  throw new ExpressionError(
    `The shapes (${left.join(", ")}) and (${right.join(", ")}) do not go together.`,
    node,
  );
}

function combine(
  left: Value,
  right: Value,
  shape: Shape,
  calculate: (a: number, b: number) => number,
): number | Numbers {
  if (!isNumbers(left) && !isNumbers(right)) return calculate(Number(left), Number(right));
  const data = new Float64Array(countOf(shape));
  for (let index = 0; index < data.length; index++) {
    const a = isNumbers(left) ? left.data[left.offset + index] : Number(left);
    const b = isNumbers(right) ? right.data[right.offset + index] : Number(right);
    data[index] = calculate(a, b);
  }
  return { data, offset: 0, shape };
}

function expectTruth({ type }: Compiled, range: { readonly from: number; readonly to: number }) {
  if (type.kind === "truth" && type.shape.length === 0) return;
  const advice =
    type.kind === "truth"
      ? "Write any(…) or all(…) around it."
      : "Compare it with something: norm(h) > 1.";
  throw new ExpressionError(
    `Here is true or false wanted, but this is ${describeType(type)}. ${advice}`,
    range,
  );
}

function expectNumbers(
  { type }: Compiled,
  range: { readonly from: number; readonly to: number },
  operator: string,
) {
  if (type.kind === "number") return;
  throw new ExpressionError(
    `"${operator}" takes numbers, but this is ${describeType(type)}.`,
    range,
  );
}
