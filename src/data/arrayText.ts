/** Numbers written as text: rows of a CSV, or nested lists of JSON, as one array. */
import { UserError } from "../config/problem.ts";
import { elementsOf, type FileTensor } from "../formats/fileTensor.ts";
import { numberOf } from "./numbers.ts";

/** (rows, columns); a first row that holds no number is a heading. Blanks, commas, semicolons and tabs separate. */
export function arrayFromRows(text: string, name: string): FileTensor {
  const values: number[] = [];
  let columns: number | undefined;
  let rows = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const cells = [...line.matchAll(/[^\s,;]+/g)];
    if (cells.length === 0) continue;
    const numbers = cells.map(([cell]) => numberOf(cell));
    if (columns === undefined && numbers.every((number) => number === undefined)) continue;
    columns ??= cells.length;
    const line1 = index + 1;
    if (cells.length !== columns) {
      throw new UserError(
        "row-length",
        `${name}, line ${line1} has ${cells.length} numbers, those before it ${columns}.`,
        {
          advice: "Every row is one time step and has as many numbers as the network reads.",
        },
      );
    }
    const wrong = numbers.indexOf(undefined);
    if (wrong >= 0) {
      const column = cells[wrong].index + 1;
      throw new UserError(
        "csv-number",
        `${name}, line ${line1}, column ${column}: "${cells[wrong][0]}" is not a number.`,
        { advice: "Every row is one time step, in numbers." },
      );
    }
    values.push(...numbers.map((number) => number ?? 0));
    rows++;
  }
  if (columns === undefined) throw nothingIn(name);
  return reals([rows, columns], values);
}

const maximumDepth = 3;

/** Nested lists of numbers; an object with one list in it is that list. */
export function arrayFromJson(value: unknown, name: string): FileTensor {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const lists = Object.values(value).filter((each) => Array.isArray(each));
    if (lists.length === 1) return arrayFromJson(lists[0], name);
  }
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0] as unknown) {
    shape.push(inner.length);
    if (shape.length > maximumDepth) throw notNumbers(name);
  }
  if (shape.length === 0) throw notNumbers(name);
  if (shape.includes(0)) throw nothingIn(name);
  const values: number[] = [];
  collect(value, 0);
  return reals(shape, values);

  function collect(part: unknown, depth: number): void {
    if (depth === shape.length) {
      if (typeof part !== "number") throw notNumbers(name);
      values.push(part);
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[depth]) {
      throw new UserError("ragged", `${name} holds lists of different lengths.`, {
        advice: `They should all make one array of shape (${shape.join(",")}).`,
      });
    }
    for (const each of part) collect(each, depth + 1);
  }
}

/** Whole numbers may be tokens, so that they keep that they are whole. */
function reals(shape: readonly number[], values: readonly number[]): FileTensor {
  if (elementsOf(shape) !== values.length) throw new Error("A shape must fit its numbers.");
  const isWhole = values.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31);
  const data = isWhole ? Int32Array.from(values) : Float64Array.from(values);
  return { type: isWhole ? "int32" : "float64", shape, bytes: new Uint8Array(data.buffer) };
}

const nothingIn = (name: string): UserError =>
  new UserError("text-empty", `${name} holds no numbers.`, {
    advice: "Each row is one time step.",
  });

const notNumbers = (name: string): UserError =>
  new UserError("json", `${name} is not a list of numbers.`, {
    advice: "Write [[x, …], …] with one list for each time step, or [token, …].",
  });
