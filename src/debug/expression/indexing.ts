/** `h[3]`, `h[0:8]`, `weight_hh[2, 5]`: one number, a run of them, or a row of a matrix. */
import type { Compiled } from "./compiled.ts";
import { ExpressionError } from "./expressionError.ts";
import type { IndexNode, Node, Range, Slice } from "./syntax.ts";
import { countOf, describeType, isNumbers, type Value } from "./value.ts";

export function compileIndex(
  node: IndexNode,
  object: Compiled,
  compileNode: (node: Node) => Compiled,
): Compiled {
  return node.index.reduce<Compiled>((indexed, part, place) => {
    const range = { from: node.from, to: node.to };
    if (indexed.type.shape.length === 0) {
      throw new ExpressionError(
        place === 0
          ? `Only what consists of several numbers has an index; this is ${describeType(indexed.type)}.`
          : "This is one index too many.",
        part,
      );
    }
    if (part.kind === "slice") {
      if (place < node.index.length - 1) {
        throw new ExpressionError("Only the last index can be a range.", part);
      }
      return compileSlice(part, indexed, compileNode, range);
    }
    return compileElement(part, indexed, compileNode(part), range);
  }, object);
}

function compileElement(node: Node, object: Compiled, index: Compiled, range: Range): Compiled {
  expectNumber(index, node);
  const [length, ...shape] = object.type.shape;
  const size = countOf(shape);
  // What does not depend on the step is checked before anything runs.
  if (index.isConstant) checkIndex(Number(index.at(0)), length, node);
  const fixed = index.isConstant ? Number(index.at(0)) : undefined;
  const { editable } = object;
  return {
    type: { ...object.type, shape },
    tensor: object.tensor,
    cell: object.cell,
    isConstant: object.isConstant && index.isConstant,
    initial: initialPart(object, (fixed ?? NaN) * size, shape, range),
    ...(editable &&
      fixed !== undefined && {
        editable: { tensor: editable.tensor, from: editable.from + fixed * size, count: size },
      }),
    at(t) {
      const value = object.at(t);
      const place = fixed ?? Number(index.at(t));
      checkIndex(place, length, node);
      return partOf(value, place * size, shape, object.type.kind === "truth", range);
    },
  };
}

function compileSlice(
  slice: Slice,
  object: Compiled,
  compileNode: (node: Node) => Compiled,
  range: Range,
): Compiled {
  const [length, ...rest] = object.type.shape;
  const bound = (node: Node | undefined, otherwise: number): number => {
    if (!node) return otherwise;
    const compiled = compileNode(node);
    expectNumber(compiled, node);
    const value = compiled.isConstant ? Number(compiled.at(0)) : NaN;
    if (!Number.isInteger(value) || value < 0 || value > length) {
      throw new ExpressionError(
        `The bounds of a range are whole numbers from 0 to ${length}, the same at every step.`,
        node,
      );
    }
    return value;
  };
  const start = bound(slice.start, 0);
  const end = bound(slice.end, length);
  if (end <= start) throw new ExpressionError("There is nothing in this range.", slice);
  const size = countOf(rest);
  const shape = [end - start, ...rest];
  const { editable } = object;
  return {
    type: { ...object.type, shape },
    tensor: object.tensor,
    cell: object.cell,
    isConstant: object.isConstant,
    initial: initialPart(object, start * size, shape, range),
    ...(editable && {
      editable: {
        tensor: editable.tensor,
        from: editable.from + start * size,
        count: countOf(shape),
      },
    }),
    at: (t) => partOf(object.at(t), start * size, shape, false, range),
  };
}

function initialPart(
  { initial, type }: Compiled,
  offset: number,
  shape: readonly number[],
  range: Range,
): Compiled["initial"] {
  if (!initial || Number.isNaN(offset)) return undefined;
  return () => partOf(initial(), offset, shape, type.kind === "truth", range);
}

function expectNumber({ type }: Compiled, node: Node): void {
  if (type.kind !== "number" || type.shape.length > 0) {
    throw new ExpressionError(`An index is a number, but this is ${describeType(type)}.`, node);
  }
}

function checkIndex(index: number, length: number, node: Node): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new ExpressionError(`Indices go from 0 to ${length - 1}, not ${index}.`, node);
}

function partOf(
  value: Value,
  offset: number,
  shape: readonly number[],
  isTruth: boolean,
  range: Range,
): Value {
  if (!isNumbers(value)) throw new ExpressionError("There is nothing to index.", range);
  const { data } = value;
  const start = value.offset + offset;
  if (shape.length > 0) return { data, offset: start, shape };
  return isTruth ? data[start] !== 0 : data[start];
}
