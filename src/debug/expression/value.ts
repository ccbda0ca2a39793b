/** Values of the expression language, and their types: what they are, and of what shape. */
import type { Activation } from "../../trace/activation.ts";

/** Empty for a single one. */
export type Shape = readonly number[];

export interface Type {
  readonly kind: "number" | "truth" | "text";
  readonly shape: Shape;
  /** What squashes the numbers, where `saturated` has a meaning. */
  readonly activation?: Activation;
}

/** Many numbers or truths: a view into what is there already, so that reading a step copies nothing. */
export interface Numbers {
  readonly data: ArrayLike<number>;
  readonly offset: number;
  readonly shape: Shape;
}

/** Truths of a shape are numbers, 0 and 1. */
export type Value = number | boolean | string | Numbers;

export const isNumbers = (value: Value): value is Numbers => typeof value === "object";

export const countOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const numbersOf = (data: ArrayLike<number>, shape: Shape = [data.length]): Numbers => ({
  data,
  offset: 0,
  shape,
});

/** A copy of the numbers of a value; of a single one, one. */
export function listOf(value: Value): Float64Array {
  if (!isNumbers(value)) return Float64Array.of(Number(value));
  const { data, offset, shape } = value;
  const list = new Float64Array(countOf(shape));
  for (let index = 0; index < list.length; index++) list[index] = data[offset + index];
  return list;
}

/** In words, for errors: `64 numbers`, `a number`, `a matrix of 256 × 64 numbers`. */
export function describeType({ kind, shape }: Type): string {
  if (kind === "text") return "a text";
  const several = (count: number) =>
    `${kind === "number" ? "number" : "truth"}${count === 1 ? "" : "s"}`;
  if (shape.length === 0) return kind === "number" ? "a number" : "true or false";
  if (shape.length === 1) return `${shape[0]} ${several(shape[0])}`;
  return `a matrix of ${shape.join(" × ")} ${several(2)}`;
}

/** Of how many numbers it is true, without copying them: conditions are tested at every step. */
export function countWhere(value: Value, isSo: (each: number) => boolean): number {
  if (!isNumbers(value)) return isSo(Number(value)) ? 1 : 0;
  const { data, offset, shape } = value;
  const end = offset + countOf(shape);
  let count = 0;
  for (let at = offset; at < end; at++) if (isSo(data[at])) count++;
  return count;
}

/** L2. */
export function normOf(value: Value): number {
  if (!isNumbers(value)) return Math.abs(Number(value));
  const { data, offset, shape } = value;
  const end = offset + countOf(shape);
  let squares = 0;
  for (let at = offset; at < end; at++) squares += data[at] * data[at];
  return Math.sqrt(squares);
}
