/** Products of vectors and matrices. */
import { ExpressionError } from "../expressionError.ts";
import { isNumbers, listOf, normOf, numbersOf, type Value } from "../value.ts";
import {
  numbersAt,
  severalAt,
  wrongArgument,
  type Call,
  type FunctionDefinition,
} from "./definition.ts";

export const products: readonly FunctionDefinition[] = [
  {
    name: "dot",
    signature: "dot(a, b)",
    text: "The scalar product of two vectors.",
    takes: [2, 2],
    compile(call) {
      const [a, b] = vectors(call);
      return { type: { kind: "number", shape: [] }, at: (t) => dot(a.at(t), 0, b.at(t)) };
    },
  },
  {
    name: "cosine",
    signature: "cosine(a, b)",
    text: "The cosine of the angle between two vectors: cosine(h, before(h)) is near 1 where little happens.",
    takes: [2, 2],
    compile(call) {
      const [a, b] = vectors(call);
      return {
        type: { kind: "number", shape: [] },
        at(t) {
          const [left, right] = [a.at(t), b.at(t)];
          return dot(left, 0, right) / (normOf(left) * normOf(right));
        },
      };
    },
  },
  {
    name: "normalize",
    signature: "normalize(x)",
    text: "(x − mean) / √(variance + 1e-5), as layer normalization has it.",
    takes: [1, 1],
    compile(call) {
      const { type, at } = severalAt(call, 0);
      return {
        type: { kind: "number", shape: type.shape },
        at: (t) => numbersOf(normalize(listOf(at(t))), type.shape),
      };
    },
  },
  {
    name: "matmul",
    signature: "matmul(W, v)",
    text: "A matrix times a vector: matmul(weight_hh[0:64], before(h)).",
    takes: [2, 2],
    compile(call) {
      const matrix = numbersAt(call, 0);
      const vector = numbersAt(call, 1);
      const [rows, columns] = matrix.type.shape;
      if (matrix.type.shape.length !== 2) throw wrongArgument(call, 0, "takes a matrix first");
      if (vector.type.shape.length !== 1 || vector.type.shape[0] !== columns) {
        throw wrongArgument(call, 1, `takes a vector of ${columns} numbers for this matrix`);
      }
      return {
        type: { kind: "number", shape: [rows] },
        at(t) {
          const [left, right] = [matrix.at(t), vector.at(t)];
          const data = Float64Array.from({ length: rows }, (_, row) =>
            dot(left, row * columns, right),
          );
          return { data, offset: 0, shape: [rows] };
        },
      };
    },
  },
];

function normalize(x: Float64Array): Float64Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
}

function vectors(call: Call) {
  const [a, b] = [numbersAt(call, 0), numbersAt(call, 1)];
  const [left, right] = [a.type.shape, b.type.shape];
  if (left.length !== 1 || right.length !== 1 || left[0] !== right[0]) {
    throw new ExpressionError(
      `${call.node.callee.name} takes two vectors of the same length, not the shapes (${left.join(", ")}) and (${right.join(", ")}).`,
      call.node,
    );
  }
  return [a, b] as const;
}

/** `right` times the numbers of `left` from `from` on. */
function dot(left: Value, from: number, right: Value): number {
  if (!isNumbers(left) || !isNumbers(right)) return NaN;
  const [length] = right.shape;
  let sum = 0;
  for (let k = 0; k < length; k++) {
    sum += left.data[left.offset + from + k] * right.data[right.offset + k];
  }
  return sum;
}
